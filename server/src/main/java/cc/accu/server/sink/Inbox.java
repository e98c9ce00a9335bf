package cc.accu.server.sink;

import java.io.IOException;

/** What waits for the writer of a {@link WriterSink}, and what its thread is asked to do. Any thread. */
final class Inbox {
    private Waiting waiting = new Waiting();
    private boolean threadCalled;

    /** Also read without the lock, so that nobody gets before it who need not. */
    private volatile boolean reopenAsked;

    private boolean closed;

    /** Adds what is to be written, unless closed; says how many bytes wait now, or -1 if it was not added. */
    synchronized long add(Entry entry) {
        if (closed) {
            return -1;
        }
        waiting.add(entry);
        return waiting.bytes();
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many bytes wait. */
    synchronized long bytes() {
        return waiting.bytes();
    }

    /** All that waits, in order. What comes from now on waits in {@code empty}, which is the inbox's own then. */
    synchronized Waiting takeAll(Waiting empty) {
        Waiting taken = waiting;
        waiting = empty;
        return taken;
    }

    /** Nothing of what waits is stored. */
    void failAll(IOException why) {
        Waiting lost = takeAll(new Waiting());
        while (!lost.isEmpty()) {
            lost.remove().fail(why);
        }
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
                // Who gives up closes the inbox first: this ends then.
            }
        }
        threadCalled = false;
        return !closed;
    }

    /** Whether the file is to be opened again. */
    boolean isReopeningAsked() {
        return reopenAsked;
    }

    /** It is being opened again: whoever asks from now on asks for another time. */
    synchronized void takeReopening() {
        reopenAsked = false;
    }
}
