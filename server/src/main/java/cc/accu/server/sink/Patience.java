package cc.accu.server.sink;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What fails in making a file is tried again for a while: only then has the sink failed. One thread at a time. */
final class Patience {
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
        HeldException forNow = HeldException.of(failure)
                .orElseGet(() -> new HeldException("no-file", "no file to write to (" + message + ")", failure));
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
