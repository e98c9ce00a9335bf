package cc.accu.internal.process;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a descriptor that does not block, and neither gives nor takes anything while the other side is busy, or asleep.
 * The JDK cannot wait for any descriptor, so it is tried again and again, less and less often. One thread.
 */
public final class NonBlockingPause {
    private static final long SHORTEST_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private long nanos = SHORTEST_NANOS;

    /** Begins with the shortest wait. */
    public NonBlockingPause() {
        // Nothing to be done.
    }

    /** Before the next try, after one that came to nothing. */
    public void await() throws InterruptedIOException {
        LockSupport.parkNanos(nanos);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("told not to wait any longer for the other side");
        }
        nanos = Math.min(2 * nanos, LONGEST_NANOS);
    }

    /** A try that came to something. */
    public void restart() {
        nanos = SHORTEST_NANOS;
    }
}
