package cc.accu.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all connections together may hold: in lines that are with the sinks, and in lines that are not
 * finished. Reading spends it; once it is spent, everybody waits until half of it is back. When unfinished lines alone
 * have spent it, nothing would ever come back: then one of those who wait at a time gets the turn to finish its line.
 * Any thread.
 */
final class ReadBudget {
    private final long limitBytes;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicLong unfinishedBytes = new AtomicLong();
    private final AtomicBoolean turnIsTaken = new AtomicBoolean();
    private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();

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

    ReadBudget(long limitBytes) {
        this.limitBytes = limitBytes;
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

    boolean isSpent() {
        return heldBytes.get() + unfinishedBytes.get() > limitBytes;
    }

    /** Calls {@code waiter} when it may read again; at once if it may already. */
    void await(Waiter waiter) {
        waiting.add(waiter);
        wake();
    }

    void endTurn() {
        turnIsTaken.set(false);
        wake();
    }

    private void wake() {
        if (waiting.isEmpty()) {
            return;
        }
        long held = heldBytes.get();
        long unfinished = unfinishedBytes.get();
        if (held + unfinished <= limitBytes / 2 || (held == 0 && unfinished <= limitBytes)) {
            for (Waiter waiter = waiting.poll(); waiter != null; waiter = waiting.poll()) {
                waiter.resume(false);
            }
        } else if (held == 0 && turnIsTaken.compareAndSet(false, true)) {
            giveTurn();
        }
    }

    private void giveTurn() {
        Waiter next = waiting.poll();
        if (next == null) {
            turnIsTaken.set(false);
        } else {
            next.resume(true);
        }
    }
}
