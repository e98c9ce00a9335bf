package cc.accu.server.internal.receive;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * So many things a second: they can be saved up for a second, and no longer. More can be taken than is there; then so much is
 * owed. Any thread.
 */
final class TokenBucket {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Who waits is woken no more often than so many times a second, and not for less than it takes to read. */
    private static final int PORTIONS = 20;

    private static final int MOST_PORTION = 4 * 1024;

    private final long perSecond;
    private final LongSupplier clock;

    /** When it will be full, if nothing more is taken. */
    private final AtomicLong fullAtNanos;

    /**
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    TokenBucket(long perSecond, LongSupplier clock) {
        this.perSecond = perSecond;
        this.clock = clock;
        this.fullAtNanos = new AtomicLong(clock.getAsLong());
    }

    /** What may be taken now; less than 1 if something is owed. */
    long available() {
        return available(fullAtNanos.get(), clock.getAsLong());
    }

    private long available(long fullAt, long now) {
        long left = SECOND - Math.max(0, fullAt - now);
        return left >= 0 ? times(left, perSecond) / SECOND : -1;
    }

    void take(long tokens) {
        long now = clock.getAsLong();
        fullAtNanos.updateAndGet(fullAt -> after(tokens, fullAt, now));
    }

    /** Takes no more than is there; says how many. */
    long takeUpTo(long most) {
        long now = clock.getAsLong();
        while (true) {
            long fullAt = fullAtNanos.get();
            long tokens = Math.max(0, Math.min(most, available(fullAt, now)));
            if (fullAtNanos.compareAndSet(fullAt, after(tokens, fullAt, now))) {
                return tokens;
            }
        }
    }

    private long after(long tokens, long fullAt, long now) {
        return (fullAt - now > 0 ? fullAt : now) + times(tokens, SECOND) / perSecond;
    }

    /** Whether as much may be taken as is worth a read. */
    boolean isWorthWhile() {
        return available() >= portion();
    }

    /** How long until it is; nothing, or less, if it is. */
    long nanosUntilWorthWhile() {
        // One more than that, as it was rounded down.
        long nanos = portion() * SECOND / perSecond + 1;
        return fullAtNanos.get() + nanos - SECOND - clock.getAsLong();
    }

    long nanosUntilFull() {
        return fullAtNanos.get() - clock.getAsLong();
    }

    private long portion() {
        return Math.max(1, Math.min(perSecond / PORTIONS, MOST_PORTION));
    }

    /** The product of two numbers that are not negative, or the largest there is. */
    private static long times(long one, long other) {
        long product = one * other;
        return Math.multiplyHigh(one, other) == 0 && product >= 0 ? product : Long.MAX_VALUE;
    }
}
