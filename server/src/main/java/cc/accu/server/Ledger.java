package cc.accu.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts messages for the {@link Books}. Any thread. */
final class Ledger {
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final Map<Discarded, Long> discarded = new ConcurrentHashMap<>();

    void received(long lines) {
        received.getAndAdd(lines);
    }

    void stored(long lines) {
        stored.getAndAdd(lines);
    }

    void discarded(Discarded reason, long lines) {
        discarded.merge(reason, lines, Long::sum);
    }

    Books books() {
        // What came in is read last: whatever is settled was received before.
        long storedNow = stored.get();
        Map<Discarded, Long> discardedNow = Map.copyOf(discarded);
        return new Books(received.get(), storedNow, discardedNow);
    }
}
