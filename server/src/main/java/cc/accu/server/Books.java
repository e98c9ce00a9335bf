package cc.accu.server;

import java.util.Map;
import java.util.stream.Collectors;

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
}
