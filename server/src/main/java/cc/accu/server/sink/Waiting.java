package cc.accu.server.sink;

import java.util.ArrayDeque;
import java.util.Queue;

/** Entries in the order in which they came, and how much they are. One thread at a time. */
final class Waiting {
    private final Queue<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private boolean ready = true;

    void add(Entry entry) {
        entries.add(entry);
        bytes += entry.batch().bytes();
        ready &= entry.isReady();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Bytes of all that were added since it was last empty. */
    long bytes() {
        return bytes;
    }

    /** Whether none is to be formatted: then {@link #bytes} is what will be written. */
    boolean isReady() {
        return ready;
    }

    /** The next one, which stays. There must be one. */
    Entry first() {
        return entries.element();
    }

    Entry remove() {
        Entry first = entries.remove();
        if (entries.isEmpty()) {
            bytes = 0;
            ready = true;
        }
        return first;
    }
}
