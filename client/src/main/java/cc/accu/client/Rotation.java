package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The endpoints in the order in which they are tried, again and again. One thread. */
final class Rotation {
    private final Deque<Endpoint> turns;

    /**
     * @param endpoints at least one
     */
    Rotation(List<Endpoint> endpoints) {
        this.turns = new ArrayDeque<>(endpoints);
    }

    /** The next one, which goes to the end of the queue. */
    Endpoint next() {
        Endpoint next = turns.remove();
        turns.add(next);
        return next;
    }

    /** Never comes back to {@code endpoint}. */
    void leave(Endpoint endpoint) {
        turns.removeIf(endpoint::equals);
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }
}
