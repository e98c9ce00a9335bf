package cc.accu.client;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The time without progress: how long to wait before the next attempt, and whether there should be one. One thread. */
final class Outage {
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private final Duration longest;
    private long since = System.nanoTime();

    /**
     * @param longest zero for no end
     */
    Outage(Duration longest) {
        this.longest = longest;
    }

    /** There was progress, or there is nothing to do: it starts now, if it does. */
    void restart() {
        since = System.nanoTime();
        backoff.reset();
    }

    /** What is left of it; empty when it has lasted too long. */
    Optional<Duration> left(Duration atMost) {
        if (longest.isZero()) {
            return Optional.of(atMost);
        }
        Duration left = longest.minusNanos(System.nanoTime() - since);
        if (left.isNegative() || left.isZero()) {
            return Optional.empty();
        }
        return Optional.of(left.compareTo(atMost) < 0 ? left : atMost);
    }

    /** How long to wait before the next attempt; empty when there should be none. */
    Optional<Duration> nextWait() {
        return left(backoff.next());
    }
}
