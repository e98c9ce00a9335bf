package cc.accu.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts messages for the {@link Books}. Every entry is in the parent's books too. Any thread. */
final class Ledger {
    private final @Nullable Ledger parent;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final Map<Discarded, Long> discarded = new ConcurrentHashMap<>();

    /** A ledger of a whole server. */
    Ledger() {
        this(null);
    }

    private Ledger(@Nullable Ledger parent) {
        this.parent = parent;
    }

    /** A ledger of a part, as of one connection. */
    Ledger part() {
        return new Ledger(this);
    }

    void received(long lines) {
        received.getAndAdd(lines);
        if (parent != null) {
            parent.received(lines);
        }
    }

    void stored(long lines) {
        stored.getAndAdd(lines);
        if (parent != null) {
            parent.stored(lines);
        }
    }

    void discarded(Discarded reason, long lines) {
        discarded.merge(reason, lines, Long::sum);
        if (parent != null) {
            parent.discarded(reason, lines);
        }
    }

    Books books() {
        // What came in is read last: whatever is settled was received before.
        long storedNow = stored.get();
        Map<Discarded, Long> discardedNow = Map.copyOf(discarded);
        return new Books(received.get(), storedNow, discardedNow);
    }
}
