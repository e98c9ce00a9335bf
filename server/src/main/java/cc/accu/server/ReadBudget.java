package cc.accu.server;

import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all connections together may hold: in lines that are with the sinks, and in lines that are not
 * finished. Reading spends it; once it is spent, who wants to read waits until some of it is back. When unfinished lines
 * alone have spent it, nothing would ever come back: then one of those who wait at a time gets the turn to finish its line.
 * Any thread.
 */
final class ReadBudget {
    /** In this case too every connection may have a small read, and with it its short lines. */
    static final int SMALL_READ_BYTES = 4 * 1024;

    private static final long LOOK_MILLIS = 100;

    private final long limitBytes;
    private final int mostTurnBytes;
    private final LongSupplier freeMemory;
    private final long memoryReserve;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicLong unfinishedBytes = new AtomicLong();
    /** What lines have grown by in turns that did not finish them. */
    private final AtomicLong overdraftBytes = new AtomicLong();

    private final AtomicBoolean turnIsTaken = new AtomicBoolean();
    private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();

    /** Who had a turn and brought nothing: behind all others. */
    private final Queue<Waiter> waitingAgain = new ConcurrentLinkedQueue<>();

    private final long patienceNanos;
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile long helpedAtNanos;
    private volatile Runnable endOfOneLine = () -> {};

    /** Who waits for the budget. */
    interface Waiter {
        /**
         * Called once, from any thread.
         *
         * @param turn whether there is no room but for this one, who calls {@link #endTurn} when its line is out or does
         *     not come
         */
        void resume(boolean turn);
    }

    /**
     * @param limitBytes what may be held
     * @param mostTurnBytes how long a line can get in a turn
     * @param patienceNanos how long unfinished lines may keep others waiting before one is ended; 0 for ever
     * @param freeMemory bytes of memory that are left in the process, whatever the budget says
     */
    ReadBudget(long limitBytes, int mostTurnBytes, long patienceNanos, LongSupplier freeMemory) {
        this.limitBytes = limitBytes;
        this.mostTurnBytes = mostTurnBytes;
        this.patienceNanos = patienceNanos;
        this.freeMemory = freeMemory;
        this.memoryReserve = freeMemory.getAsLong() / 8;
    }

    void take(long bytes) {
        heldBytes.addAndGet(bytes);
    }

    void give(long bytes) {
        heldBytes.addAndGet(-bytes);
        wake();
    }

    /** Unfinished lines have grown, or shrunk. */
    void addUnfinished(long bytes) {
        unfinishedBytes.addAndGet(bytes);
        if (bytes < 0) {
            wake();
        }
    }

    /** How much the next read may bring, {@code most} at most; 0 when the budget is spent. */
    int readBytes(int most) {
        long room = roomBytes();
        if (room < SMALL_READ_BYTES) {
            return 0;
        }
        long memory = freeMemory.getAsLong();
        return memory < memoryReserve ? SMALL_READ_BYTES : (int) Math.min(Math.min(most, room), memory / 2);
    }

    boolean isSpent() {
        return roomBytes() < SMALL_READ_BYTES;
    }

    private long roomBytes() {
        return limitBytes - heldBytes.get() - unfinishedBytes.get();
    }

    /** Whether nothing but the end of some unfinished line brings enough of it back. */
    boolean isSpentByUnfinishedLines() {
        return unfinishedBytes.get() > limitBytes / 2;
    }

    /**
     * Calls {@code waiter} when it may read again; at once if it may already.
     *
     * @param again whether it has had a turn for nothing
     */
    void await(Waiter waiter, boolean again) {
        (again ? waitingAgain : waiting).add(waiter);
        watch();
        wake();
    }

    /** Takes back {@link #await}. */
    void leave(Waiter waiter) {
        if (!waiting.remove(waiter)) {
            waitingAgain.remove(waiter);
        }
    }

    /**
     * The turn is over.
     *
     * @param helped whether a line was finished in it
     */
    void endTurn(boolean helped) {
        if (helped) {
            helpedAtNanos = System.nanoTime();
        }
        turnIsTaken.set(false);
        wake();
    }

    /** A line has grown by so much in a turn, and is not finished; or what it had grown by is back. */
    void addOverdraft(long bytes) {
        overdraftBytes.addAndGet(bytes);
    }

    /** Calls {@code action} again and again while unfinished lines keep others waiting and no turn has helped for long. */
    void whenStuck(Runnable action) {
        endOfOneLine = action;
    }

    private void watch() {
        if (patienceNanos > 0 && isSpentByUnfinishedLines() && watched.compareAndSet(false, true)) {
            helpedAtNanos = System.nanoTime();
            lookLater();
        }
    }

    private void lookLater() {
        GlobalEventExecutor.INSTANCE.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (!isSpentByUnfinishedLines() || !someoneWaits()) {
            watched.set(false);
            return;
        }
        if (System.nanoTime() - helpedAtNanos >= patienceNanos) {
            endOfOneLine.run();
        }
        wake();
        lookLater();
    }

    private boolean someoneWaits() {
        return !waiting.isEmpty() || !waitingAgain.isEmpty();
    }

    private void wake() {
        if (!someoneWaits()) {
            return;
        }
        long room = roomBytes();
        if (room >= limitBytes / 2) {
            for (Waiter waiter = next(); waiter != null; waiter = next()) {
                waiter.resume(false);
            }
        } else if (isSpentByUnfinishedLines()) {
            giveTurn();
        } else if (room >= limitBytes / 4) {
            Waiter waiter = next();
            if (waiter != null) {
                waiter.resume(false);
            }
        }
    }

    private @Nullable Waiter next() {
        Waiter fresh = waiting.poll();
        return fresh == null ? waitingAgain.poll() : fresh;
    }

    private void giveTurn() {
        if (overdraftBytes.get() < mostTurnBytes && turnIsTaken.compareAndSet(false, true)) {
            Waiter next = next();
            if (next == null) {
                turnIsTaken.set(false);
            } else {
                next.resume(true);
            }
        }
    }
}
