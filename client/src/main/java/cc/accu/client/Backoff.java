package cc.accu.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: anything between nothing and a bound that doubles each time, so that many
 * clients that lost the same server do not come back together. One thread.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(50);
    private static final Duration MOST = Duration.ofSeconds(5);

    private final RandomGenerator random;
    private Duration bound = FIRST;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        Duration wait = Duration.ofNanos(random.nextLong(bound.toNanos() + 1));
        bound = bound.compareTo(MOST.dividedBy(2)) > 0 ? MOST : bound.multipliedBy(2);
        return wait;
    }

    /** The last attempt came to something: start from the beginning. */
    void reset() {
        bound = FIRST;
    }
}
