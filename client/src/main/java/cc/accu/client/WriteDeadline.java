package cc.accu.client;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fires once when data waits and no byte of it could be written for the timeout. A slow peer that still reads never
 * fires it. Event-loop confined.
 */
final class WriteDeadline {
    private final EventExecutor loop;
    private final Consumer<Duration> expired;
    private Duration timeout;
    private long lastProgressAt;
    private boolean dataWaits;
    private @Nullable Future<?> check;

    /**
     * Off while {@code timeout} is zero.
     *
     * @param expired gets the timeout that passed
     */
    WriteDeadline(EventExecutor loop, Duration timeout, Consumer<Duration> expired) {
        this.loop = loop;
        this.timeout = timeout;
        this.expired = expired;
    }

    /** Waits from now on no longer than {@code most}, and counts from now. */
    void tighten(Duration most) {
        if (timeout.isZero() || timeout.compareTo(most) > 0) {
            timeout = most;
        }
        lastProgressAt = System.nanoTime();
        stop();
        startIfNeeded();
    }

    /** There is data to write. */
    void dataWaits() {
        if (!dataWaits) {
            dataWaits = true;
            lastProgressAt = System.nanoTime();
            startIfNeeded();
        }
    }

    /** Some bytes were written. */
    void progressed(boolean moreWaits) {
        lastProgressAt = System.nanoTime();
        dataWaits = moreWaits;
    }

    /** Never fires again. */
    void cancel() {
        dataWaits = false;
        stop();
    }

    private void stop() {
        if (check != null) {
            check.cancel(false);
            check = null;
        }
    }

    private void startIfNeeded() {
        if (dataWaits && check == null && !timeout.isZero()) {
            schedule(timeout.toNanos());
        }
    }

    private void schedule(long nanos) {
        check = loop.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        check = null;
        if (!dataWaits) {
            return;
        }
        long left = lastProgressAt + timeout.toNanos() - System.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            dataWaits = false;
            expired.accept(timeout);
        }
    }
}
