package cc.accu.server.internal.deliver;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much one read of an event loop may bring. While some sender waits for an acknowledgement and hundreds of others are
 * busy, each of them brings little in a turn of its loop, since a turn is what the one has to wait for. Else large reads are
 * cheaper. Event-loop confined; loops share what says when a sender last waited.
 */
public final class ReadShare {
    /** What a turn is to bring at most. */
    private static final int TURN_BYTES = 1024 * 1024;

    /** With fewer of them, large reads do not take long. */
    private static final int MANY_READS = 64;

    private static final int LEAST_BYTES = 4 * 1024;
    private static final long WAITING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong awaitedAt;
    private int reads;
    private int mostBytes = Integer.MAX_VALUE;

    /** @param awaitedAt when a sender waited the last time, as {@link System#nanoTime}; the same for all loops of a server */
    ReadShare(AtomicLong awaitedAt) {
        this.awaitedAt = awaitedAt;
    }

    /** A channel is about to be read; says how much of {@code most} it may bring. */
    public int bytesToRead(int most) {
        reads++;
        return Math.min(most, mostBytes);
    }

    /** Whether a channel that was read has to wait for the next turn with what more there is. */
    public boolean isOnce() {
        return mostBytes < TURN_BYTES;
    }

    /**
     * The turn is over.
     *
     * @param awaited whether it brought something from a sender that is told when it is stored
     */
    void endTurn(boolean awaited, long nowNanos) {
        if (awaited) {
            awaitedAt.set(nowNanos);
        }
        boolean waiting = nowNanos - awaitedAt.get() < WAITING_NANOS;
        mostBytes = waiting && reads > MANY_READS ? Math.max(LEAST_BYTES, TURN_BYTES / reads) : Integer.MAX_VALUE;
        reads = 0;
    }
}
