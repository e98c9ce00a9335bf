package cc.accu.server.internal.receive;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * That a connection is not read for now.
 *
 * @param sinceNanos as {@link System#nanoTime}
 */
public record Hold(Reason reason, long sinceNanos) {
    /** Why it is not read; prints as people read it. */
    public enum Reason {
        /** As much of it as may be is with the sinks. */
        WINDOW,
        /** The memory for the lines of all connections is spent. */
        MEMORY,
        /** It sends faster than it may. */
        RATE,
        /** Its handshake has to end first. */
        HANDSHAKE,
        /** A sink has failed, for good. */
        SINK_FAILED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** For how long it has not been read. */
    public long nanos() {
        return System.nanoTime() - sinceNanos;
    }

    /** For how long connections were not read, by reason, those that are over. Any thread. */
    static final class Times {
        private final Map<Reason, Long> nanos = new ConcurrentHashMap<>();

        void isOver(Hold hold) {
            nanos.merge(hold.reason, hold.nanos(), Long::sum);
        }

        /** Nanoseconds in all, of every reason. */
        Map<Reason, Long> all() {
            Map<Reason, Long> all = new EnumMap<>(Reason.class);
            for (Reason reason : Reason.values()) {
                all.put(reason, nanos.getOrDefault(reason, 0L));
            }
            return all;
        }
    }
}
