package cc.accu.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Lets a log line through at most every ten seconds, and tells it how often its cause happened since. Any thread. */
final class LogLimiter {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong times = new AtomicLong();
    private final AtomicLong nextAt = new AtomicLong(System.nanoTime());

    /** Counts one time; calls {@code log} with all times since its last call, if that is long enough ago. */
    void happened(LongConsumer log) {
        times.incrementAndGet();
        long due = nextAt.get();
        long now = System.nanoTime();
        if (now - due >= 0 && nextAt.compareAndSet(due, now + PERIOD_NANOS)) {
            log.accept(times.getAndSet(0));
        }
    }
}
