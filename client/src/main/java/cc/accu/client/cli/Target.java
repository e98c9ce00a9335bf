package cc.accu.client.cli;

import cc.accu.transport.Endpoint;
import java.util.List;

/**
 * Where to, and the words that follow.
 *
 * @param endpoint from one word in URL form or in quotes, or else from the first two
 * @param rest the other words
 */
record Target(Endpoint endpoint, List<String> rest) {
    /**
     * Reads the words of a command line.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    static Target of(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("missing NETWORK ADDRESS: where to connect to");
        }
        boolean whole = Endpoint.isWhole(words.get(0));
        int own = whole ? 1 : Math.min(2, words.size());
        Endpoint endpoint = whole
                ? Endpoint.parseTarget(words.get(0))
                : Endpoint.parseAll(words.subList(0, own)).get(0);
        return new Target(endpoint, List.copyOf(words.subList(own, words.size())));
    }
}
