package cc.accu.server.internal.receive;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

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
        private final Map<Reason, LongAdder> nanos = new EnumMap<>(Reason.class);

        Times() {
            for (Reason reason : Reason.values()) {
                nanos.put(reason, new LongAdder());
            }
        }

        void isOver(Hold hold) {
            nanos.getOrDefault(hold.reason, new LongAdder()).add(hold.nanos());
        }

        /** Nanoseconds in all. */
        Map<Reason, Long> all() {
            Map<Reason, Long> all = new EnumMap<>(Reason.class);
            nanos.forEach((reason, sum) -> all.put(reason, sum.sum()));
            return all;
        }
    }
}
