package cc.accu.server.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * How long this thread had to wait for a processor lately: on a busy machine that is most of what a quick call seems to
 * take, and no fault of whom it calls. Linux tells; elsewhere it never waits. One thread.
 */
final class RunQueue {
    private static final Path STATISTICS = Path.of("/proc/thread-self/schedstat");
    private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private long delayNanos = delaySoFar();
    private long lookedAt = System.nanoTime();

    /** To be called now and then, so that "lately" is not long ago. */
    void look(long now) {
        if (now - lookedAt >= EACH_NANOS) {
            waitedLatelyNanos();
        }
    }

    /** How long the thread waited since the last look; this is one. */
    long waitedLatelyNanos() {
        long before = delayNanos;
        delayNanos = delaySoFar();
        lookedAt = System.nanoTime();
        return delayNanos - before;
    }

    private static long delaySoFar() {
        try {
            return Long.parseLong(Files.readString(STATISTICS).split(" ", 3)[1]);
        } catch (IOException | RuntimeException notTold) {
            return 0;
        }
    }
}
