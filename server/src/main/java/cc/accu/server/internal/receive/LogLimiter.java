package cc.accu.server.internal.receive;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets a log line through at most every ten seconds, and tells it how often its cause happened since. What is held back is
 * told at the end of that time, or by {@link #tellRest}. Any thread.
 */
final class LogLimiter {
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final long periodNanos;
    private long times;
    private long nextAt = System.nanoTime();
    private @Nullable LongConsumer latest;
    private @Nullable Future<?> report;

    LogLimiter() {
        this(PERIOD);
    }

    LogLimiter(Duration period) {
        this.periodNanos = period.toNanos();
    }

    /** Counts one time; calls {@code log} with all times since the last report, now or when it is due. */
    void happened(LongConsumer log) {
        synchronized (this) {
            times++;
            latest = log;
            long wait = nextAt - System.nanoTime();
            if (wait > 0) {
                if (report == null) {
                    report = GlobalEventExecutor.INSTANCE.schedule(this::tellRest, wait, TimeUnit.NANOSECONDS);
                }
                return;
            }
        }
        tellRest();
    }

    /** Tells now what was held back. */
    void tellRest() {
        LongConsumer log;
        long counted;
        synchronized (this) {
            if (report != null) {
                report.cancel(false); // it would keep its thread, and with it the process
                report = null;
            }
            log = latest;
            counted = times;
            latest = null;
            times = 0;
            nextAt = System.nanoTime() + periodNanos;
        }
        if (log != null) {
            log.accept(counted);
        }
    }
}
