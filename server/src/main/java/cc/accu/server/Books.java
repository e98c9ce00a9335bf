package cc.accu.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of the messages so far; {@code received = stored + discarded + in flight}, for each snapshot taken while
 * nothing moves.
 *
 * @param received messages that came out of the framing, or were dropped by it
 * @param stored messages that the sink has stored
 * @param discarded messages that will not be stored, by reason; reasons that did not happen are absent
 */
public record Books(long received, long stored, Map<Discarded, Long> discarded) {
    public Books {
        discarded = Map.copyOf(discarded);
    }

    /** Messages of all reasons that will not be stored. */
    public long discardedInAll() {
        return discarded.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Messages handed to the sink, of which it has not said what became of them. */
    public long inFlight() {
        return received - stored - discardedInAll();
    }

    @Override
    public String toString() {
        String reasons = discarded.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" ", " (", ")"));
        return "received=" + received + " stored=" + stored + " discarded=" + discardedInAll()
                + (discarded.isEmpty() ? "" : reasons) + " in-flight=" + inFlight();
    }

    /** Counts messages for the {@link Books}. Every entry is in the parent's books too. Any thread. */
    static final class Ledger {
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
}
