package cc.accu.server.internal.commit;

import cc.accu.line.Origin;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;

/**
 * What waits, by connection. Each gets its turn, so that one that brings very much waits, and not the others; what comes
 * from one stays in order. One thread at a time.
 */
public final class TurnQueue<E> {
    /** By identity: two connections may look alike, and the batches of one have the same object. */
    private final IdentityHashMap<Origin, Turn<E>> byConnection = new IdentityHashMap<>();

    private final Deque<Turn<E>> turns = new ArrayDeque<>();

    private record Turn<E>(Origin origin, Deque<E> own) {}

    public boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Adds what comes from {@code origin} behind all that has come from there. */
    public void add(Origin origin, E entry) {
        Turn<E> turn = byConnection.get(origin);
        if (turn == null) {
            turn = new Turn<>(origin, new ArrayDeque<>());
            byConnection.put(origin, turn);
            turns.addLast(turn);
        }
        turn.own.add(entry);
    }

    /** The first entry of the connection whose turn it is, which stays. There must be one. */
    public E first() {
        return turns.getFirst().own.getFirst();
    }

    /** Takes {@link #first} out, and goes on to the next connection. */
    public E remove() {
        E first = turns.getFirst().own.removeFirst();
        pass();
        return first;
    }

    /** Leaves {@link #first} where it is, and goes on to the next connection. */
    public void pass() {
        Turn<E> turn = turns.removeFirst();
        if (turn.own.isEmpty()) {
            byConnection.remove(turn.origin);
        } else {
            turns.addLast(turn);
        }
    }

    /** Gives up all that there is; of each connection in order. */
    public void moveTo(Collection<E> all) {
        turns.forEach(turn -> all.addAll(turn.own));
        turns.clear();
        byConnection.clear();
    }
}
