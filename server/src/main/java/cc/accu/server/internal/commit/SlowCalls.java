package cc.accu.server.internal.commit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells calls that block from those that took long because this thread had no processor, which is no fault of whom it
 * calls. Linux tells how long a thread ran or waited to run; elsewhere all that takes long counts. One thread.
 */
public final class SlowCalls {
    private static final Path STATISTICS = Path.of("/proc/thread-self/schedstat");
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Asking before each call would cost as much as many a call does. */
    private static final long ASK_EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final @Nullable FileChannel statistics = opened();
    private final ByteBuffer text = ByteBuffer.allocate(64);
    private long runnableBefore = runnableNanos();
    private long start = System.nanoTime();
    private long askedAt = start;

    private static @Nullable FileChannel opened() {
        try {
            return FileChannel.open(STATISTICS); // that of this thread, also when it is read later
        } catch (IOException notTold) {
            return null;
        }
    }

    /** Just before the call. */
    public void begin() {
        start = System.nanoTime();
        if (start - askedAt >= ASK_EACH_NANOS) {
            runnableBefore = runnableNanos();
            askedAt = start;
        }
    }

    /**
     * Whether the call blocked.
     *
     * @param end when it was done, as {@link System#nanoTime}
     */
    public boolean isBlocked(long end) {
        long took = end - start;
        return took > LONG_NANOS && took - (runnableNanos() - runnableBefore) > LONG_NANOS;
    }

    private long runnableNanos() {
        if (statistics == null) {
            return 0;
        }
        try {
            statistics.read(text.clear(), 0);
            String[] numbers =
                    StandardCharsets.US_ASCII.decode(text.flip()).toString().split(" ", 3);
            return Long.parseLong(numbers[0]) + Long.parseLong(numbers[1]);
        } catch (IOException | RuntimeException notTold) {
            return 0;
        }
    }
}
