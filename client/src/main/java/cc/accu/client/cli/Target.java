package cc.accu.client.cli;

import cc.accu.transport.Endpoint;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Where to, and the words that follow.
 *
 * @param endpoint from one word in URL form, or else from the first two
 * @param rest the other words
 */
record Target(Endpoint endpoint, List<String> rest) {
    /** Reads the words of {@code command}'s line. */
    static Target of(List<String> words, CommandSpec command) {
        int own = words.get(0).contains("://") ? 1 : Math.min(2, words.size());
        try {
            Endpoint endpoint = Endpoint.parseAll(words.subList(0, own)).get(0);
            return new Target(endpoint, List.copyOf(words.subList(own, words.size())));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(command.commandLine(), wrong.getMessage(), wrong);
        }
    }
}
