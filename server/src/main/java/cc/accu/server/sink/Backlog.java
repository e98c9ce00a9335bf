package cc.accu.server.sink;

import cc.accu.line.Origin;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;

/**
 * What does not fit into one group, by connection. Each gets its turn, so that one that brings very much waits, and not
 * the others; what comes from one stays in order. One thread at a time, except where said.
 */
final class Backlog {
    /** By identity: two connections may look alike, and the batches of one have the same object. */
    private final IdentityHashMap<Origin, Deque<Entry>> byConnection = new IdentityHashMap<>();

    private final Deque<Deque<Entry>> turns = new ArrayDeque<>();
    private final Optional<Formatter> formatter;
    private long grownBytes;
    private long readyBytes;
    private volatile long readyBytesSeen;

    Backlog(Optional<Formatter> formatter) {
        this.formatter = formatter;
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Bytes that wait and are formatted. Any thread. */
    long readyBytes() {
        return readyBytesSeen;
    }

    /** Takes all that there is. */
    void takeFrom(Waiting waiting) {
        while (!waiting.isEmpty()) {
            add(waiting.remove());
        }
    }

    private void add(Entry entry) {
        Deque<Entry> own = byConnection.get(entry.batch().origin());
        if (own == null) {
            own = new ArrayDeque<>();
            byConnection.put(entry.batch().origin(), own);
            turns.addLast(own);
        }
        own.add(entry);
        countReady(entry, entry.batch().bytes());
    }

    private void countReady(Entry entry, long bytes) {
        if (entry.isReady()) {
            readyBytes += bytes;
            readyBytesSeen = readyBytes;
        }
    }

    /** The next entry, or piece of one, of the connection whose turn it is. There must be one. */
    Entry next() {
        Deque<Entry> own = turns.getFirst();
        Entry first = own.getFirst();
        Entry next = first.isReady() ? first : first.next(formatter.orElseThrow());
        grownBytes = next.grew() && !first.isReady() ? next.batch().bytes() : 0;
        turns.removeFirst();
        countReady(first, -next.batch().bytes());
        if (first.isReady() || next.isLast()) {
            own.removeFirst();
        }
        if (own.isEmpty()) {
            byConnection.remove(next.batch().origin());
        } else {
            turns.addLast(own);
        }
        return next;
    }

    /** Bytes of the last entry, if it was formatted just now, and grew. */
    long grownBytes() {
        return grownBytes;
    }

    /** Gives up all that there is, as it is; of each connection in order. */
    void moveTo(Collection<Entry> all) {
        turns.forEach(all::addAll);
        turns.clear();
        byConnection.clear();
        readyBytes = 0;
        readyBytesSeen = 0;
    }
}
