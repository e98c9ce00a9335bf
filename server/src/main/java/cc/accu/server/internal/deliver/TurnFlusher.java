package cc.accu.server.internal.deliver;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * One turn of an event loop: what its connections read in it goes to the sinks together. Netty runs the tasks of a loop
 * after it has read all channels that were ready. A loop that is busy with many small reads then lets a little more
 * gather, as network cards do, so that it needs fewer of them; one that has nothing but a line that somebody waits for
 * stays awake for its commit. Event-loop confined.
 */
public final class TurnFlusher implements Runnable {
    private static final int MANY_READS = 8;
    private static final int SMALL_READ_BYTES = 4 * 1024;

    /** Saves a quarter of the processor's time. More would cost throughput, as what waits would leave the cache. */
    private static final long GATHERING_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final EventExecutor loop;
    private final Runnable flush;
    private final LongConsumer parker;
    private final ReadShare share;
    private final Runnable stayAwake;
    private boolean endIsComing;
    private int reads;
    private long bytes;
    private boolean awaited;

    /**
     * @param awaitedAt when a sender waited the last time, for all loops of a server
     * @param stayAwake has the loop, and the sinks, wait awake for a moment
     */
    public TurnFlusher(EventExecutor loop, SinkFanOut sinks, AtomicLong awaitedAt, Runnable stayAwake) {
        this(loop, sinks::flush, LockSupport::parkNanos, new ReadShare(awaitedAt), stayAwake);
    }

    /** @param parker waits for so many nanoseconds */
    TurnFlusher(EventExecutor loop, Runnable flush, LongConsumer parker, ReadShare share, Runnable stayAwake) {
        this.loop = loop;
        this.flush = flush;
        this.parker = parker;
        this.share = share;
        this.stayAwake = stayAwake;
    }

    /** How much each read of the next turns may bring. */
    public ReadShare share() {
        return share;
    }

    /**
     * There is something to flush when the turn ends.
     *
     * @param readBytes what one read brought
     * @param isAwaited whether the sender is told when it is stored, and may wait for that
     */
    public void accepted(int readBytes, boolean isAwaited) {
        assert loop.inEventLoop() : "called from " + Thread.currentThread().getName();
        reads++;
        bytes += readBytes;
        awaited |= isAwaited;
        if (!endIsComing) {
            endIsComing = true;
            loop.execute(this);
        }
    }

    /** The end of the turn. */
    @Override
    public void run() {
        boolean gathering = !awaited && reads >= MANY_READS && bytes / reads < SMALL_READ_BYTES;
        boolean alone = awaited && reads == 1 && bytes < SMALL_READ_BYTES;
        endIsComing = false;
        share.endTurn(awaited, System.nanoTime());
        reads = 0;
        bytes = 0;
        awaited = false;
        if (alone) {
            stayAwake.run();
        }
        flush.run();
        if (gathering) {
            parker.accept(GATHERING_NANOS);
        }
    }
}
