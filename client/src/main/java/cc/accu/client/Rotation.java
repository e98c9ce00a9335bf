package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The endpoints in the order in which they are tried, again and again, and which of them have not been tried since
 * something came of it. A round gives each its turn once. One thread.
 */
final class Rotation {
    private final Deque<Endpoint> turns;
    private final Set<Endpoint> tried = new HashSet<>();
    private final Set<Endpoint> round = new HashSet<>();

    /**
     * @param endpoints at least one
     */
    Rotation(List<Endpoint> endpoints) {
        this.turns = new ArrayDeque<>(new LinkedHashSet<>(endpoints));
    }

    /** The next one, which goes to the end of the queue. */
    Endpoint next() {
        Endpoint next = turns.remove();
        turns.add(next);
        tried.add(next);
        if (round.containsAll(turns)) {
            round.clear();
        }
        round.add(next);
        return next;
    }

    /** How many of this round must share what time is left: the one whose turn it is, and those behind it. */
    int sharers() {
        return 1 + (int) turns.stream().filter(one -> !round.contains(one)).count();
    }

    int size() {
        return turns.size();
    }

    /** Whether there is no reason yet to let the next one wait. */
    boolean nextIsUntried() {
        return !tried.contains(turns.element());
    }

    /** Something came of {@code endpoint}: the others are as good as untried. */
    void progressed(Endpoint endpoint) {
        restart();
        tried.add(endpoint);
        round.add(endpoint);
    }

    /** It starts afresh: all are untried. */
    void restart() {
        tried.clear();
        round.clear();
    }

    /** Never comes back to {@code endpoint}. */
    void leave(Endpoint endpoint) {
        turns.removeIf(endpoint::equals);
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }
}
