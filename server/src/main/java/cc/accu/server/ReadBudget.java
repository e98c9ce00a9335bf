package cc.accu.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all connections together may hold in lines that are not stored yet. Spent by reading, which then
 * stops everywhere; whoever waits is called when half of it is back. Any thread.
 */
final class ReadBudget {
    private final long limitBytes;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    ReadBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    void take(long bytes) {
        heldBytes.addAndGet(bytes);
    }

    boolean isSpent() {
        return heldBytes.get() > limitBytes;
    }

    void give(long bytes) {
        if (heldBytes.addAndGet(-bytes) <= limitBytes / 2) {
            wakeAll();
        }
    }

    /** Calls {@code resume} once, from whichever thread, when half of the budget is free; at once if it is already. */
    void whenFree(Runnable resume) {
        waiting.add(resume);
        if (heldBytes.get() <= limitBytes / 2) {
            wakeAll();
        }
    }

    private void wakeAll() {
        for (Runnable resume = waiting.poll(); resume != null; resume = waiting.poll()) {
            resume.run();
        }
    }
}
