package cc.accu.server.internal.file;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A file cannot be made or written to now, and may be later: no room, for example. The message says what is missing. */
public final class Shortage extends IOException {
    private static final long serialVersionUID = 1;

    private final String why;

    /** @param why one word, for example {@code no-space} */
    Shortage(String why, String whatIsMissing, Throwable cause) {
        super(whatIsMissing, cause);
        this.why = why;
    }

    /** One word, for example {@code no-space}. */
    public String why() {
        return why;
    }

    /** What {@code failure} means, if it is that of a full disk or quota, or of too many open files. */
    public static Optional<Shortage> of(IOException failure) {
        if (failure instanceof Shortage known) {
            return Optional.of(known);
        }
        // The JDK tells by the text alone.
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left")) {
            return Optional.of(new Shortage("no-space", "no space left on device", failure));
        }
        if (message.contains("quota exceeded")) {
            return Optional.of(new Shortage("no-space", "no space left in the disk quota", failure));
        }
        if (message.contains("too many open files")) {
            return Optional.of(new Shortage("no-descriptor", "too many open files", failure));
        }
        return Optional.empty();
    }

    /** This instead of {@code failure}, if that is one of those; else {@code failure}. */
    static IOException insteadOf(IOException failure) {
        return of(failure).<IOException>map(shortage -> shortage).orElse(failure);
    }

    /** What fails in making a file is tried again for a while: only then has the sink failed. One thread at a time. */
    static final class Patience {
        private static final long NANOS = TimeUnit.SECONDS.toNanos(30);

        private final LongSupplier clock;
        private boolean tried;
        private long since;

        Patience(LongSupplier clock) {
            this.clock = clock;
        }

        /** It went well. */
        void renew() {
            tried = false;
        }

        /**
         * What to throw instead of {@code failure}: want of room or descriptors is waited for without end.
         *
         * @param message for the log, why there is no file
         */
        IOException instead(IOException failure, String message) {
            Shortage forNow = Shortage.of(failure)
                    .orElseGet(() -> new Shortage("no-file", "no file to write to (" + message + ")", failure));
            if (!forNow.why().equals("no-file")) {
                tried = false;
                return forNow;
            }
            if (!tried) {
                tried = true;
                since = clock.getAsLong();
            }
            return clock.getAsLong() - since < NANOS ? forNow : new IOException(message, failure);
        }
    }
}
