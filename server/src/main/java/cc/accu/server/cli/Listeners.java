package cc.accu.server.cli;

import cc.accu.transport.Endpoint;
import java.util.List;

/** Where the command listens, as it was typed. */
final class Listeners {
    private Listeners() {}

    /**
     * Reads pairs of network and address, or single words in URL form.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    static List<Endpoint> parse(List<String> words) {
        int first = first(words);
        // Whoever gives an address and then something else may have the client in mind.
        if (first < words.size() && Endpoint.begins(words.get(0)) && !Endpoint.begins(words.get(first))) {
            Endpoint.parseAll(words.subList(0, first));
            String word = words.get(first);
            throw new IllegalArgumentException(
                    "'" + word + "' is no address, and a server takes nothing else; to send it"
                            + " as a message: java -jar client.jar " + String.join(" ", words.subList(0, first)) + " "
                            + quoted(word));
        }
        return Endpoint.parseAll(words);
    }

    /** How many words are addresses before the first that is none. */
    private static int first(List<String> words) {
        int at = 0;
        while (at < words.size() && Endpoint.begins(words.get(at))) {
            at += Endpoint.isWhole(words.get(at)) ? 1 : 2;
        }
        return at;
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_.,:/-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
