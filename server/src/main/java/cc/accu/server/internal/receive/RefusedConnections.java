package cc.accu.server.internal.receive;

import cc.accu.internal.text.Printable;
import cc.accu.transport.Refused;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that were turned away: each is counted by its reason and told to the observer, and each reason is in the
 * log at most every ten seconds. Any thread.
 */
public final class RefusedConnections {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedConnections.class);

    private final BiConsumer<String, Refused> observer;
    private final Map<Refused, AtomicLong> counts = new EnumMap<>(Refused.class);
    private final Map<Refused, ConnectionLog.Limiter> limiters = new EnumMap<>(Refused.class);

    /**
     * @param observer is told the listener that a connection came to, and why it was turned away; on event loops
     */
    public RefusedConnections(BiConsumer<String, Refused> observer) {
        this.observer = observer;
        for (Refused reason : Refused.values()) {
            counts.put(reason, new AtomicLong());
            limiters.put(reason, new ConnectionLog.Limiter());
        }
    }

    /**
     * A connection is being closed.
     *
     * @param who the sender, for people
     * @param why in a sentence, with what to do; what it has of the sender's own words is made harmless here
     */
    public void refused(String listener, String who, Refused reason, String why) {
        String shown = Printable.line(why);
        of(counts, reason).incrementAndGet();
        observer.accept(listener, reason);
        switch (reason) {
            case LEFT, SHUTTING_DOWN -> LOG.debug("{}: {} was refused: {}", listener, who, shown);
            default ->
                of(limiters, reason)
                        .happened(times -> LOG.warn(
                                "{}: {} was refused: {} ({} such since the last report)", listener, who, shown, times));
        }
    }

    private static <T> T of(Map<Refused, T> all, Refused reason) {
        T one = all.get(reason);
        if (one == null) {
            throw new IllegalStateException(reason.name());
        }
        return one;
    }

    /** How many there were, by reason; reasons that did not happen are absent. */
    public Map<Refused, Long> counts() {
        Map<Refused, Long> happened = new TreeMap<>();
        counts.forEach((reason, count) -> {
            if (count.get() > 0) {
                happened.put(reason, count.get());
            }
        });
        return happened;
    }

    /** Tells what the log's limits have held back. */
    public void tellRest() {
        limiters.values().forEach(ConnectionLog.Limiter::tellRest);
    }
}
