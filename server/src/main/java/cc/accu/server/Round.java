package cc.accu.server;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One turn of an event loop: what its connections read in it goes to the sinks together. Netty runs the tasks of a loop
 * after it has read all channels that were ready. A loop that is busy with many small reads then lets a little more
 * gather, as network cards do, so that it needs fewer of them. Event-loop confined.
 */
final class Round implements Runnable {
    private static final int MANY_READS = 8;
    private static final int SMALL_READ_BYTES = 4 * 1024;

    /** Saves a quarter of the processor's time. More would cost throughput, as what waits would leave the cache. */
    private static final long GATHERING_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final EventExecutor loop;
    private final Outlets outlets;
    private boolean endIsComing;
    private int reads;
    private long bytes;
    private boolean awaited;

    Round(EventExecutor loop, Outlets outlets) {
        this.loop = loop;
        this.outlets = outlets;
    }

    /**
     * There is something to flush when the turn ends.
     *
     * @param readBytes what one read brought
     * @param isAwaited whether the sender is told when it is stored, and may wait for that
     */
    void accepted(int readBytes, boolean isAwaited) {
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
        endIsComing = false;
        reads = 0;
        bytes = 0;
        awaited = false;
        outlets.flush();
        if (gathering) {
            LockSupport.parkNanos(GATHERING_NANOS);
        }
    }
}
