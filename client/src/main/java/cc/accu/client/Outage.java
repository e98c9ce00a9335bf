package cc.accu.client;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The time without progress, and how long to wait before the next attempt. One thread. */
final class Outage {
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private final Duration longest;

    /**
     * @param longest zero for no end
     */
    Outage(Duration longest) {
        this.longest = longest;
    }

    boolean isEndless() {
        return longest.isZero();
    }

    Duration longest() {
        return longest;
    }

    /** There was progress, or there is nothing to do: the next attempt need not wait long. */
    void restart() {
        backoff.reset();
    }

    /** What is left of the time; empty when it has lasted too long. */
    Optional<Duration> left(Duration withoutProgress) {
        Duration left = longest.minus(withoutProgress);
        return left.isNegative() || left.isZero() ? Optional.empty() : Optional.of(left);
    }

    /** What each of so many endpoints may have of what is left. */
    Duration share(Duration withoutProgress, int endpoints) {
        Duration share = longest.minus(withoutProgress).dividedBy(endpoints);
        return share.compareTo(SHORTEST) > 0 ? share : SHORTEST;
    }

    /** How long to wait before the next attempt. */
    Duration nextWait() {
        return backoff.next();
    }
}
