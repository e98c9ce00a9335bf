package cc.accu.server.sink;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for the writer of a {@link WriterSink}, and what its thread is asked to do. Any thread. */
final class Inbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Queue<Entry> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean threadCalled;
    private boolean reopenAsked;
    private boolean closed;

    /** Adds what is to be written, unless closed; says how many bytes wait now, or -1 if it was not added. */
    long add(Entry entry) {
        lock.lock();
        try {
            if (closed) {
                return -1;
            }
            waiting.add(entry);
            waitingBytes += entry.batch().bytes();
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes wait. */
    long bytes() {
        lock.lock();
        try {
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    /** All that waits, in order. */
    Queue<Entry> takeAll() {
        lock.lock();
        try {
            Queue<Entry> taken = waiting;
            waiting = new ArrayDeque<>();
            waitingBytes = 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    void callThread() {
        lock.lock();
        try {
            threadCalled = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void askForReopening() {
        lock.lock();
        try {
            reopenAsked = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits, on the thread, for something to do; says whether the inbox is still open. */
    boolean awaitCall() {
        lock.lock();
        try {
            while (!closed && !reopenAsked && !threadCalled) {
                changed.awaitUninterruptibly();
            }
            threadCalled = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the file is to be opened again; says so once for each time it was asked. */
    boolean takeReopening() {
        lock.lock();
        try {
            boolean asked = reopenAsked;
            reopenAsked = false;
            return asked;
        } finally {
            lock.unlock();
        }
    }
}
