package cc.accu.client.cli;

import cc.accu.internal.cli.UsageException;
import cc.accu.transport.Endpoint;
import java.util.List;
import java.util.Set;

/** Notices that somebody who typed this meant the server. */
final class WrongJar {
    private static final Set<String> NETWORKS = Set.of("tcp", "tcp4", "tcp6", "unix");
    private static final Set<String> OPTIONS = Set.of(
            "--to",
            "--max-line",
            "--long-line",
            "--read-timeout",
            "--line-timeout",
            "--acks",
            "--buffer",
            "--max-connections",
            "--drain-timeout");

    private WrongJar() {}

    /** Throws if {@code words} are how a server is started. */
    static void check(List<String> words) {
        for (String word : words) {
            if (word.equals("--")) {
                break;
            }
            String name = word.replaceFirst("=.*", "");
            UsageException.check(
                    !OPTIONS.contains(name), name + " is an option of the server: java -jar server.jar ...");
        }
        int first = lengthOfAddress(words, 0);
        int second = first == 0 ? 0 : lengthOfAddress(words, first);
        UsageException.check(
                second == 0,
                "'" + String.join(" ", words.subList(first, first + second))
                        + "' looks like another address to listen on:"
                        + " that is for java -jar server.jar; to send it as messages, put -- before it");
    }

    /** How many words from {@code from} on are one address; 0 if they are none. */
    private static int lengthOfAddress(List<String> words, int from) {
        int length = from < words.size() && words.get(from).contains("://") ? 1 : 2;
        if (from + length > words.size() || (length == 2 && !NETWORKS.contains(words.get(from)))) {
            return 0;
        }
        try {
            Endpoint.parseAll(words.subList(from, from + length));
            return length;
        } catch (IllegalArgumentException no) {
            return 0;
        }
    }
}
