package cc.accu.server.sink;

import java.util.ArrayDeque;
import java.util.Queue;

/** What waits for the writer of a {@link WriterSink}, and what its thread is asked to do. Any thread. */
final class Inbox {
    private Queue<Entry> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean threadCalled;
    private boolean reopenAsked;
    private boolean closed;

    /** Adds what is to be written, unless closed; says how many bytes wait now, or -1 if it was not added. */
    synchronized long add(Entry entry) {
        if (closed) {
            return -1;
        }
        waiting.add(entry);
        waitingBytes += entry.batch().bytes();
        return waitingBytes;
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many bytes wait. */
    synchronized long bytes() {
        return waitingBytes;
    }

    /** All that waits, in order. What comes from now on waits in {@code empty}, which is the inbox's own then. */
    synchronized Queue<Entry> takeAll(Queue<Entry> empty) {
        Queue<Entry> taken = waiting;
        waiting = empty;
        waitingBytes = 0;
        return taken;
    }

    synchronized void callThread() {
        threadCalled = true;
        notifyAll();
    }

    synchronized void askForReopening() {
        reopenAsked = true;
        notifyAll();
    }

    /** Takes nothing more. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Waits, on the thread, for something to do; says whether the inbox is still open. */
    synchronized boolean awaitCall() {
        while (!closed && !reopenAsked && !threadCalled) {
            try {
                wait();
            } catch (InterruptedException stillNeeded) {
                // Nobody interrupts this thread; it ends when the inbox is closed.
            }
        }
        threadCalled = false;
        return !closed;
    }

    /** Whether the file is to be opened again; says so once for each time it was asked. */
    synchronized boolean takeReopening() {
        boolean asked = reopenAsked;
        reopenAsked = false;
        return asked;
    }
}
