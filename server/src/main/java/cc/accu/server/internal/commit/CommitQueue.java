package cc.accu.server.internal.commit;

import cc.accu.internal.process.BusyPoll;
import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What waits for a writer, in order, and what its thread is asked to do. Any thread. */
public final class CommitQueue {
    /** What {@link #add} says when nothing is taken any more. */
    public static final long CLOSED = -1;

    @GuardedBy("this")
    private Queue<Entry> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private long bytes;

    /** Changed under the lock, and also read without it, by a thread that does not sleep yet. */
    private volatile boolean threadCalled;

    private volatile boolean moreExpected;
    private final BusyPoll poll = new BusyPoll();

    /** Changed under the lock, and also read without it, so that nobody gets before it who need not. */
    private volatile boolean reopenAsked;

    @GuardedBy("this")
    private boolean closed;

    /** Adds what is to be written; says how many bytes wait now, or {@link #CLOSED} if it was not added. */
    public synchronized long add(Entry entry) {
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
    public synchronized Queue<Entry> takeAll(Queue<Entry> empty) {
        Queue<Entry> taken = waiting;
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

    /** The thread may stay awake for a moment, the next time that it waits. */
    public void expectMore() {
        moreExpected = true;
    }

    /** Waits, on the thread, for something to do; says whether the queue is still open. */
    public boolean awaitCall() {
        if (moreExpected) {
            moreExpected = false;
            poll.begin();
        }
        while (!threadCalled && !reopenAsked && poll.goesOn()) {
            Thread.onSpinWait();
        }
        poll.succeeded();
        return awaitCallAsleep();
    }

    private synchronized boolean awaitCallAsleep() {
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

    /** A batch on its way to a writer, and who is told what became of it. One thread at a time. */
    public record Entry(LineBatch batch, Completion done) {
        private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);

        /** Gives the memory back. */
        void closeBatch() {
            try {
                batch.close();
            } catch (RuntimeException closedByItsWriter) {
                LOG.debug("a batch was closed by somebody else", closedByItsWriter);
            }
        }

        /** It is not stored: closes the batch and says so. Not to be called by one who holds a lock. */
        public void fail(IOException why) {
            closeBatch();
            done.settled(why);
        }
    }
}
