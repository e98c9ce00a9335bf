package cc.accu.client.cli;

import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * What a benchmark does.
 *
 * @param rate messages a second over all connections; 0 for as fast as they go
 * @param inFlight messages of a connection that may wait for their acknowledgement; 0 for no limit
 */
record BenchPlan(Load load, boolean acknowledged, long rate, int inFlight) {
    private static final long ALL_WINDOWS_BYTES = 64L << 20;
    private static final long LEAST_WINDOW_BYTES = 256L << 10;
    private static final long MOST_WINDOW_BYTES = 4L << 20;

    BenchPlan {
        check(inFlight >= 0, "--in-flight is a number of messages, for example 1");
        check(inFlight == 0 || acknowledged, "--in-flight needs --ack");
    }

    private static void check(boolean right, String rule) {
        if (!right) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** What a client may have under way, so that any number of them do not need much memory. */
    long windowBytes() {
        long all = Math.min(ALL_WINDOWS_BYTES, Runtime.getRuntime().maxMemory() / 4);
        long share = all / load.connections();
        long most = acknowledged ? 4 * MOST_WINDOW_BYTES : MOST_WINDOW_BYTES;
        return Math.max(LEAST_WINDOW_BYTES, Math.min(most, share));
    }

    /** When one sender is to send its messages, if all begin at {@code startedAt}. */
    Schedule scheduleOf(int sender, long startedAt) {
        return Schedule.of(rate, load.connections(), sender, startedAt);
    }

    /**
     * The lines that one run of a benchmark sends.
     *
     * @param run tells them from those of other runs
     * @param messages over all connections
     * @param size bytes of each, with its line feed
     * @param connections which share the messages evenly, the first ones having one more
     */
    record Load(String run, long messages, int size, int connections) {
        private static final Pattern RUN = Pattern.compile("[0-9a-f]{" + BenchLines.RUN_DIGITS + "}");
        private static final int MOST_CONNECTIONS = 1000;
        private static final long MOST_MESSAGES = 4_000_000_000L;

        Load {
            check(RUN.matcher(run).matches(), "--run has 8 hexadecimal digits, for example 00c0ffee");
            check(messages >= 1 && messages <= MOST_MESSAGES, "--messages is a number from 1 to 4G, for example 1M");
            check(
                    size >= BenchLines.LEAST_BYTES && size <= BenchLines.MOST_BYTES,
                    "--size is a number of bytes from " + BenchLines.LEAST_BYTES + " to 1MiB, the line feed counted");
            check(
                    connections >= 1 && connections <= MOST_CONNECTIONS,
                    "--connections is a number from 1 to " + MOST_CONNECTIONS);
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

    /**
     * When one sender is to send its messages: the messages of all senders in turn, at even distances. It is fixed at the
     * start: who falls behind it does not move it, so the delay of what had to wait is not forgotten. Any thread.
     */
    static final class Schedule {
        private static final double NANOS_PER_SECOND = 1e9;

        private final double nanosBetween;
        private final int senders;
        private final int sender;
        private final long startedAt;

        private Schedule(double nanosBetween, int senders, int sender, long startedAt) {
            this.nanosBetween = nanosBetween;
            this.senders = senders;
            this.sender = sender;
            this.startedAt = startedAt;
        }

        /**
         * The part of one sender.
         *
         * @param rate messages a second over all senders; 0 for as many as there are
         */
        static Schedule of(long rate, int senders, int sender, long startedAt) {
            return new Schedule(rate == 0 ? 0 : NANOS_PER_SECOND / rate, senders, sender, startedAt);
        }

        /** Whether there is a time for each message. */
        boolean hasTimes() {
            return nanosBetween > 0;
        }

        /** When the message with this number should be sent. */
        long intendedAt(long message) {
            return startedAt + (long) ((message * senders + sender) * nanosBetween);
        }

        /** How many messages from {@code next} on should have been sent by {@code now}. */
        long due(long next, long now) {
            if (now < intendedAt(next)) {
                return 0;
            }
            double turns = (now - startedAt) / nanosBetween - sender;
            return Math.max(1, (long) (turns / senders) - next + 1);
        }

        /** Waits until the message should be sent, and says how many there are to be sent then. */
        int await(long next, int most) {
            if (!hasTimes()) {
                return most;
            }
            long now = System.nanoTime();
            for (long at = intendedAt(next); now < at; now = System.nanoTime()) {
                LockSupport.parkNanos(at - now);
            }
            return (int) Math.min(most, due(next, now));
        }
    }
}
