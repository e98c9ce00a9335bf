package cc.accu.client.cli;

import java.util.concurrent.locks.LockSupport;

/**
 * When one sender is to send its messages: the messages of all senders in turn, at even distances. The schedule is
 * fixed at the start: who falls behind it does not move it, so the delay of what had to wait is not forgotten.
 */
final class BenchPace {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double nanosBetween;
    private final int senders;
    private final int sender;
    private final long startedAt;

    private BenchPace(double nanosBetween, int senders, int sender, long startedAt) {
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
    static BenchPace of(long rate, int senders, int sender, long startedAt) {
        return new BenchPace(rate == 0 ? 0 : NANOS_PER_SECOND / rate, senders, sender, startedAt);
    }

    /** Whether there is a time for each message. */
    boolean isScheduled() {
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
        if (!isScheduled()) {
            return most;
        }
        long now = System.nanoTime();
        for (long at = intendedAt(next); now < at; now = System.nanoTime()) {
            LockSupport.parkNanos(at - now);
        }
        return (int) Math.min(most, due(next, now));
    }
}
