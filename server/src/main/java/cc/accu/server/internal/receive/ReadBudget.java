package cc.accu.server.internal.receive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The memory that all connections together may hold: in lines that are with the sinks, and in lines that are not
 * finished. Reading spends it; once it is spent, who wants to read waits until some of it is back. When unfinished lines
 * alone have spent it, nothing would ever come back: then one of those who wait at a time gets the turn to finish its line.
 * Any thread. The sums are counters, as they change with every batch; who waits, who has the turn and who is watched is
 * under one lock. Whoever comes is added there before the sums are looked at, and whoever changes a sum looks there after it:
 * so nobody is forgotten. Nobody is called under the lock.
 */
public final class ReadBudget {
    /** In this case too every connection may have a small read, and with it its short lines. */
    static final int SMALL_READ_BYTES = 4 * 1024;

    private static final long LOOK_MILLIS = 100;

    private static final int MOST_ENDED = 1024;

    private final Limits limits;
    private final LongSupplier freeMemory;
    private final long memoryReserve;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Hold.Times holdTimes = new Hold.Times();
    private final AtomicLong unfinishedBytes = new AtomicLong();
    /** What lines have grown by in turns that did not finish them. */
    private final AtomicLong overdraftBytes = new AtomicLong();

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<Waiter> waiting = new ArrayDeque<>();

    /** Who had a turn and brought nothing: behind all others. */
    @GuardedBy("lock")
    private final Deque<Waiter> waitingAgain = new ArrayDeque<>();

    /** How many wait in both; changed under the lock, and read without it for every batch. */
    private volatile int waiters;

    @GuardedBy("lock")
    private boolean turnIsTaken;

    /** Whether somebody looks again and again. */
    @GuardedBy("lock")
    private boolean watched;

    /** How many lines the next look ends. Only one look is planned at a time. */
    private int mostEnded = 1;

    private volatile long helpedAtNanos;
    private volatile LineEnder lineEnder = (most, stuckNanos) -> {};
    private volatile boolean closed;

    /**
     * What may be held.
     *
     * @param bytes by all connections together
     * @param windowBytes by one connection, with the sinks
     * @param mostTurnBytes how long a line can get in a turn
     * @param patienceNanos how long unfinished lines may keep others waiting before one is ended; 0 for ever
     */
    public record Limits(long bytes, long windowBytes, int mostTurnBytes, long patienceNanos) {}

    /** Ends unfinished lines, for the memory that they hold. */
    public interface LineEnder {
        /**
         * Any thread.
         *
         * @param most how many
         * @param stuckNanos how long no turn has helped
         */
        void end(int most, long stuckNanos);
    }

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
     * @param freeMemory bytes of memory that are left in the process, whatever the budget says
     */
    public ReadBudget(Limits limits, LongSupplier freeMemory) {
        this.limits = limits;
        this.freeMemory = freeMemory;
        this.memoryReserve = freeMemory.getAsLong() / 8;
    }

    long windowBytes() {
        return limits.windowBytes();
    }

    /** Nothing can be stored any more: who knows that is not read. */
    public void close() {
        closed = true;
    }

    /** Whether nothing can be stored any more. */
    public boolean isClosed() {
        return closed;
    }

    /** Bytes that are held, by lines with the sinks and by unfinished ones. */
    public long usedBytes() {
        return heldBytes.get() + unfinishedBytes.get();
    }

    /** For how long connections were not read, by reason, in nanoseconds, but for those that are not read now. */
    public Map<Hold.Reason, Long> holdNanos() {
        return holdTimes.all();
    }

    void isOver(Hold hold) {
        holdTimes.isOver(hold);
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
        return limits.bytes() - heldBytes.get() - unfinishedBytes.get();
    }

    /** Whether nothing but the end of some unfinished line brings enough of it back. */
    boolean isSpentByUnfinishedLines() {
        return unfinishedBytes.get() > limits.bytes() / 2;
    }

    /**
     * Calls {@code waiter} when it may read again; at once if it may already.
     *
     * @param again whether it has had a turn for nothing
     */
    void await(Waiter waiter, boolean again) {
        synchronized (lock) {
            (again ? waitingAgain : waiting).add(waiter);
            countWaiters();
        }
        wake();
    }

    /** Takes back {@link #await}. */
    void leave(Waiter waiter) {
        synchronized (lock) {
            if (!waiting.remove(waiter)) {
                waitingAgain.remove(waiter);
            }
            countWaiters();
        }
    }

    @GuardedBy("lock")
    private void countWaiters() {
        waiters = waiting.size() + waitingAgain.size();
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
        synchronized (lock) {
            turnIsTaken = false;
        }
        wake();
    }

    /** A line has grown by so much in a turn, and is not finished; or what it had grown by is back. */
    void addOverdraft(long bytes) {
        overdraftBytes.addAndGet(bytes);
        if (bytes < 0) {
            wake();
        }
    }

    /**
     * Calls {@code ender} again and again while unfinished lines keep others waiting and no turn has helped for long. For
     * twice as many each time: who is not read may be gone, as thousands at once are, and nobody hears of it.
     */
    public void whenStuck(LineEnder ender) {
        lineEnder = ender;
    }

    private void wake() {
        if (waiters == 0) {
            return;
        }
        Queue<Waiter> resumed = new ArrayDeque<>();
        boolean turn;
        synchronized (lock) {
            watch();
            turn = takeWhoMayRead(resumed);
        }
        resumed.forEach(waiter -> waiter.resume(turn));
    }

    /** Says whether it is a turn. */
    @GuardedBy("lock")
    private boolean takeWhoMayRead(Queue<Waiter> taken) {
        long room = roomBytes();
        boolean turn = false;
        if (room >= limits.bytes() / 2) {
            taken.addAll(waiting);
            taken.addAll(waitingAgain);
            waiting.clear();
            waitingAgain.clear();
        } else if (isSpentByUnfinishedLines()) {
            turn = !turnIsTaken && overdraftBytes.get() < limits.mostTurnBytes() && takeNext(taken);
            turnIsTaken |= turn;
        } else if (room >= limits.bytes() / 4) {
            takeNext(taken);
        }
        countWaiters();
        return turn;
    }

    @GuardedBy("lock")
    private boolean takeNext(Queue<Waiter> taken) {
        Waiter next = waiting.isEmpty() ? waitingAgain.poll() : waiting.poll();
        return next != null && taken.add(next);
    }

    @GuardedBy("lock")
    private void watch() {
        if (limits.patienceNanos() > 0 && !watched && isSpentByUnfinishedLines()) {
            watched = true;
            helpedAtNanos = System.nanoTime();
            lookLater();
        }
    }

    private void lookLater() {
        GlobalEventExecutor.INSTANCE.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        synchronized (lock) {
            if (waiters == 0 || !isSpentByUnfinishedLines()) {
                watched = false;
                mostEnded = 1;
                return;
            }
        }
        long stuckNanos = System.nanoTime() - helpedAtNanos;
        if (stuckNanos >= limits.patienceNanos()) {
            lineEnder.end(mostEnded, stuckNanos);
            mostEnded = Math.min(2 * mostEnded, MOST_ENDED);
        } else {
            mostEnded = 1;
        }
        wake();
        lookLater();
    }
}
