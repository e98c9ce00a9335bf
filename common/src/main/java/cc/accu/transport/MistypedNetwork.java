package cc.accu.transport;

import cc.accu.internal.text.Nearest;
import java.util.regex.Pattern;

/** What was meant by a word that stands where a network should. */
final class MistypedNetwork {
    private static final Pattern PORT_OF_A_HOST = Pattern.compile("[^/@]*:\\d{1,5}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");

    private static final String GENERAL =
            "the network comes first, and is one of " + String.join(", ", EndpointSyntax.NETWORKS);

    private MistypedNetwork() {}

    /** Whether it looks like the address of a port: {@code :3000}. */
    static boolean looksLikePort(String word) {
        return PORT_OF_A_HOST.matcher(word).matches();
    }

    /** What to write in its place. */
    static String advice(String word) {
        return switch (word) {
            case "udp", "udp4", "udp6", "unixgram" -> "accu takes streams, not datagrams: use tcp or unix";
            case "unixpacket" -> "accu takes streams: use unix";
            default -> nearest(word);
        };
    }

    /** Whether an address was meant to begin with the word. */
    static boolean isMeant(String word) {
        return !advice(word).equals(GENERAL);
    }

    private static String nearest(String word) {
        int colon = word.indexOf(':');
        if (colon > 0 && EndpointSyntax.NETWORKS.contains(word.substring(0, colon))) {
            return didYouMean(word.substring(0, colon), word.substring(colon + 1));
        }
        if (looksLikePort(word) || NUMBER.matcher(word).matches()) {
            return didYouMean("tcp", word);
        }
        if (word.startsWith("/") || word.startsWith("./") || word.startsWith("../")) {
            return didYouMean("unix", word);
        }
        return Nearest.to(word, EndpointSyntax.NETWORKS)
                .map(near -> "did you mean " + near + "?")
                .orElse(GENERAL);
    }

    private static String didYouMean(String network, String address) {
        boolean port = NUMBER.matcher(address).matches() && !network.equals("unix");
        return "did you mean " + network + " " + (port ? ":" : "") + address + "?";
    }
}
