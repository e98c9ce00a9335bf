package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The endpoints in the order in which they are tried, again and again, which of them have not been tried since something
 * came of it, and how long the next one has to wait if all have. One thread (accu-client-retry).
 */
final class EndpointRing {
    private final Deque<Endpoint> turns;
    private final Set<Endpoint> tried = new HashSet<>();
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());

    /**
     * @param endpoints at least one
     */
    EndpointRing(List<Endpoint> endpoints) {
        this.turns = new ArrayDeque<>(new LinkedHashSet<>(endpoints));
    }

    /** The next one, which goes to the end of the queue. */
    Endpoint next() {
        Endpoint next = turns.remove();
        turns.add(next);
        tried.add(next);
        return next;
    }

    /** All of them. */
    List<Endpoint> all() {
        return List.copyOf(turns);
    }

    int size() {
        return turns.size();
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Whether there is no reason yet to let the next one wait. */
    boolean nextIsUntried() {
        return !tried.contains(turns.element());
    }

    /** How long it should wait otherwise. */
    Duration nextWait() {
        return backoff.next();
    }

    /** There is nothing to do: the next attempt need not wait long. */
    void rest() {
        backoff.reset();
    }

    /** Something came of {@code endpoint}: the others are as good as untried. */
    void progressed(Endpoint endpoint) {
        restart();
        tried.add(endpoint);
    }

    /** It starts afresh: all are untried. */
    void restart() {
        tried.clear();
        backoff.reset();
    }

    /** Never comes back to {@code endpoint}. */
    void leave(Endpoint endpoint) {
        turns.removeIf(endpoint::equals);
    }

    /**
     * How long to wait before the next attempt: anything between nothing and a bound that doubles each time, so that many
     * clients that lost the same server do not come back together.
     */
    static final class Backoff {
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
}
