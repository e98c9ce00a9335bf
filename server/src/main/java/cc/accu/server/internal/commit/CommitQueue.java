package cc.accu.server.internal.commit;

import java.util.ArrayDeque;
import java.util.Queue;

/** What waits for a writer, in order, and what its thread is asked to do. Any thread; guarded by itself. */
public final class CommitQueue {
    /** What {@link #add} says when nothing is taken any more. */
    public static final long CLOSED = -1;

    private Queue<CommitEntry> waiting = new ArrayDeque<>();
    private long bytes;
    private boolean threadCalled;

    /** Also read without the lock, so that nobody gets before it who need not. */
    private volatile boolean reopenAsked;

    private boolean closed;

    /** Adds what is to be written; says how many bytes wait now, or {@link #CLOSED} if it was not added. */
    public synchronized long add(CommitEntry entry) {
        if (closed) {
            return CLOSED;
        }
        waiting.add(entry);
        bytes += entry.batch().bytes();
        return bytes;
    }

    public synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** All that waits, in order. What comes from now on waits in {@code empty}, which is the queue's own then. */
    public synchronized Queue<CommitEntry> takeAll(Queue<CommitEntry> empty) {
        Queue<CommitEntry> taken = waiting;
        waiting = empty;
        bytes = 0;
        return taken;
    }

    /** Wakes the thread: it is to store what waits. */
    public synchronized void callThread() {
        threadCalled = true;
        notifyAll();
    }

    public synchronized void askForReopening() {
        reopenAsked = true;
        notifyAll();
    }

    /** Takes nothing more. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Waits, on the thread, for something to do; says whether the queue is still open. */
    public synchronized boolean awaitCall() {
        while (!closed && !reopenAsked && !threadCalled) {
            try {
                wait();
            } catch (InterruptedException stillNeeded) {
                // Who gives up closes the queue first: this ends then.
            }
        }
        threadCalled = false;
        return !closed;
    }

    /** Whether the file is to be opened again. */
    public boolean isReopeningAsked() {
        return reopenAsked;
    }

    /** It is being opened again: whoever asks from now on asks for another time. */
    public synchronized void takeReopening() {
        reopenAsked = false;
    }
}
