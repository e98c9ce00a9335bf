package cc.accu.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts messages for the {@link Books}. Any thread. */
final class Ledger {
    private final LongAdder received = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final Map<Discarded, LongAdder> discarded = new EnumMap<>(Discarded.class);

    Ledger() {
        for (Discarded reason : Discarded.values()) {
            discarded.put(reason, new LongAdder());
        }
    }

    void received(long lines) {
        received.add(lines);
    }

    void stored(long lines) {
        stored.add(lines);
    }

    void discarded(Discarded reason, long lines) {
        Objects.requireNonNull(discarded.get(reason)).add(lines);
    }

    Books books() {
        // What came in is read last: whatever is settled was received before.
        long storedNow = stored.sum();
        Map<Discarded, Long> discardedNow = new EnumMap<>(Discarded.class);
        discarded.forEach((reason, count) -> {
            if (count.sum() > 0) {
                discardedNow.put(reason, count.sum());
            }
        });
        return new Books(received.sum(), storedNow, discardedNow);
    }
}
