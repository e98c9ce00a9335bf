package cc.accu.client.cli;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The lines that one run of a benchmark sends.
 *
 * @param run tells them from those of other runs
 * @param messages over all connections
 * @param size bytes of each, with its line feed
 * @param connections which share the messages evenly, the first ones having one more
 */
record BenchLoad(String run, long messages, int size, int connections) {
    private static final Pattern RUN = Pattern.compile("[0-9a-f]{" + LineIdentity.RUN_DIGITS + "}");
    private static final int MOST_CONNECTIONS = 1000;
    private static final long MOST_MESSAGES = 4_000_000_000L;

    BenchLoad {
        check(RUN.matcher(run).matches(), "--run has 8 hexadecimal digits, for example 00c0ffee");
        check(messages >= 1 && messages <= MOST_MESSAGES, "--messages is a number from 1 to 4G, for example 1M");
        check(
                size >= LineIdentity.LEAST_BYTES && size <= LineIdentity.MOST_BYTES,
                "--size is a number of bytes from " + LineIdentity.LEAST_BYTES + " to 1MiB, the line feed counted");
        check(
                connections >= 1 && connections <= MOST_CONNECTIONS,
                "--connections is a number from 1 to " + MOST_CONNECTIONS);
    }

    private static void check(boolean right, String rule) {
        if (!right) {
            throw new IllegalArgumentException(rule);
        }
    }

    static String randomRun() {
        return String.format("%08x", RandomGenerator.getDefault().nextInt());
    }

    /** How many of the messages go over one connection. */
    long messagesOf(int sender) {
        return messages / connections + (sender < messages % connections ? 1 : 0);
    }

    long bytes() {
        return messages * size;
    }
}
