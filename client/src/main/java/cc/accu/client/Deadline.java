package cc.accu.client;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fires once when something is due from the peer, bytes to be taken or acks to be given, and nothing came of it for the
 * timeout. A slow peer that moves never fires it. Event-loop confined.
 */
final class Deadline {
    private final EventExecutor loop;
    private final Consumer<Duration> expired;
    private Duration timeout;
    private long lastProgressAt;
    private boolean due;
    private @Nullable Future<?> check;

    /**
     * Off while {@code timeout} is zero.
     *
     * @param expired gets the timeout that passed
     */
    Deadline(EventExecutor loop, Duration timeout, Consumer<Duration> expired) {
        this.loop = loop;
        this.timeout = timeout;
        this.expired = expired;
    }

    /** As messages have it: {@code 10s} or {@code 250ms}. */
    static String text(Duration timeout) {
        long millis = timeout.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    /** Waits from now on no longer than {@code most}, and counts from now. */
    void tighten(Duration most) {
        assert loop.inEventLoop();
        if (timeout.isZero() || timeout.compareTo(most) > 0) {
            timeout = most;
        }
        lastProgressAt = System.nanoTime();
        stop();
        startIfNeeded();
    }

    /** Something is due. */
    void begin() {
        assert loop.inEventLoop();
        if (!due) {
            due = true;
            lastProgressAt = System.nanoTime();
            startIfNeeded();
        }
    }

    /** Something came of it. */
    void progressed(boolean moreIsDue) {
        assert loop.inEventLoop();
        lastProgressAt = System.nanoTime();
        due = moreIsDue;
    }

    /** Never fires again. */
    void cancel() {
        assert loop.inEventLoop();
        due = false;
        stop();
    }

    private void stop() {
        if (check != null) {
            check.cancel(false);
            check = null;
        }
    }

    private void startIfNeeded() {
        if (due && check == null && !timeout.isZero()) {
            schedule(timeout.toNanos());
        }
    }

    private void schedule(long nanos) {
        check = loop.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        check = null;
        if (!due) {
            return;
        }
        long left = lastProgressAt + timeout.toNanos() - System.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            due = false;
            expired.accept(timeout);
        }
    }
}
