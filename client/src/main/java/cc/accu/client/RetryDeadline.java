package cc.accu.client;

import java.time.Duration;

/**
 * The retry timeout: the longest time without progress, that is before the first welcome, or while there are lines and
 * none is settled. One thread (accu-client-retry).
 */
final class RetryDeadline {
    private static final Duration SHORTEST_SHARE = Duration.ofMillis(1);

    private final Duration longest;
    private final SendQueue queue;
    private final ControlThread control;
    private final Runnable over;
    private long startedAt = System.nanoTime();
    private boolean welcomed;
    private boolean stopped;

    /**
     * @param longest zero for no end
     * @param over runs when it is over
     */
    RetryDeadline(Duration longest, SendQueue queue, ControlThread control, Runnable over) {
        this.longest = longest;
        this.queue = queue;
        this.control = control;
        this.over = over;
    }

    /** The first connection is to be made. */
    void start() {
        startedAt = System.nanoTime();
        watch();
    }

    /** Looks as often as need be. */
    private void watch() {
        assert control.isCurrent();
        if (stopped || isNever()) {
            return;
        }
        Duration left = longest.minus(withoutProgress());
        if (left.isNegative() || left.isZero()) {
            over.run();
        } else {
            control.runLater(this::watch, left);
        }
    }

    /** Nothing is waited for any more. */
    void stop() {
        stopped = true;
    }

    /** From now on only lines are waited for. */
    void welcomed() {
        welcomed = true;
    }

    boolean isNever() {
        return longest.isZero();
    }

    Duration longest() {
        return longest;
    }

    Duration withoutProgress() {
        return welcomed ? queue.withoutProgress() : Duration.ofNanos(System.nanoTime() - startedAt);
    }

    /** Messages that are settled: more of them are progress. */
    long settled() {
        return queue.settled().messages();
    }

    /** What each of so many endpoints may have of what is left after so much time without progress. */
    Duration share(Duration withoutProgress, int endpoints) {
        Duration share = longest.minus(withoutProgress).dividedBy(endpoints);
        return share.compareTo(SHORTEST_SHARE) > 0 ? share : SHORTEST_SHARE;
    }
}
