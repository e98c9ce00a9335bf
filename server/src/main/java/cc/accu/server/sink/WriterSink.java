package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LineWriter} with group commit: a thread takes all that waits, writes it, commits once, and completes the lot.
 * There is no timer: an idle sink commits at once, a busy one in large groups. With a writer that is quick, whoever
 * flushes does that itself while nobody else is at it, and the thread takes over when the writer turns out slow, or has
 * no space. Any thread.
 */
public final class WriterSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(WriterSink.class);

    /** What waits is still in the processor's cache up to about here. */
    private static final int SOON_BYTES = 256 * 1024;

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SLOW_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_MILLIS = 100;

    private final String name;
    private final LineWriter writer;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private Queue<Group.Entry> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean flushed;
    private boolean closed;
    private boolean reopening;

    /** Held by whoever uses the writer; taken before {@link #lock}. */
    private final ReentrantLock writing = new ReentrantLock();

    /** What could not be written for want of space. Guarded by {@link #writing}. */
    private @Nullable Group stalled;

    private volatile boolean threadIsNeeded;
    private volatile long slowUntil = System.nanoTime();
    private volatile @Nullable IOException failure;

    /**
     * Starts the thread. The sink owns {@code writer} from now on and closes it at the end.
     *
     * @param name the sink's address; what is before its colon names the thread
     */
    public WriterSink(String name, LineWriter writer) {
        this.name = name;
        this.writer = writer;
        this.thread = new Thread(this::run, "accu-sink-" + name.split("[:?]", 2)[0]);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public CompletionStage<Void> accept(LineBatch batch) {
        Group.Entry entry = new Group.Entry(batch, new CompletableFuture<>());
        IOException refusal;
        boolean soon;
        lock.lock();
        try {
            refusal = closed ? new IOException("the sink is closed") : failure;
            if (refusal == null) {
                waiting.add(entry);
                waitingBytes += batch.bytes();
            }
            soon = waitingBytes >= SOON_BYTES;
        } finally {
            lock.unlock();
        }
        if (refusal != null) {
            batch.close();
            return CompletableFuture.failedFuture(refusal);
        }
        if (soon) {
            flush();
        }
        return entry.stored();
    }

    @Override
    public void flush() {
        if (!writer.isQuick() || threadIsNeeded || System.nanoTime() - slowUntil < 0) {
            wakeThread();
            return;
        }
        // Whoever fails to get the lock has its entries taken by the holder, who looks again after letting go.
        while (isWaiting() && writing.tryLock()) {
            try {
                if (stalled != null) {
                    return; // the thread is at it, and goes on with what waits
                }
                storeHere();
            } finally {
                writing.unlock();
            }
        }
    }

    private void wakeThread() {
        lock.lock();
        try {
            flushed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private boolean isWaiting() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void storeHere() {
        long start = System.nanoTime();
        Group group = new Group(takeWaiting(), writer);
        if (!isSettled(group)) {
            stalled = group;
            threadIsNeeded = true;
            wakeThread();
        }
        long end = System.nanoTime();
        if (end - start > SLOW_NANOS) {
            slowUntil = end + SLOW_FOR_NANOS;
        }
    }

    private void run() {
        boolean open = true;
        while (open) {
            open = awaitWork();
            writing.lock();
            try {
                storeAll();
                reopenIfAsked();
            } finally {
                writing.unlock();
            }
            if (writer.isQuick() && isWaiting()) {
                wakeThread(); // whoever flushed meanwhile did not get the lock, and relies on its holder
            }
        }
        closeWriter();
    }

    /** Whether the sink is still open. */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!closed && !reopening && !(flushed && !waiting.isEmpty()) && !threadIsNeeded) {
                changed.awaitUninterruptibly();
            }
            flushed = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void storeAll() {
        if (stalled != null) {
            outwait(stalled);
            stalled = null;
        }
        threadIsNeeded = false;
        for (Queue<Group.Entry> next = takeWaiting(); !next.isEmpty(); next = takeWaiting()) {
            Group group = new Group(next, writer);
            if (!isSettled(group)) {
                outwait(group);
            }
        }
    }

    /** Tries until there is space: what is taken is never dropped. */
    private void outwait(Group group) {
        long since = System.nanoTime();
        LOG.warn("{}: no space left on device; senders are held until there is", name);
        do {
            pause();
        } while (!isSettled(group));
        if (failure == null) {
            LOG.warn("{}: goes on after {} ms without space", name, (System.nanoTime() - since) / 1_000_000);
        }
    }

    /** Whether it is known what became of the group; if not, there is no space, and this is to be called again. */
    private boolean isSettled(Group group) {
        try {
            group.store(failure);
        } catch (NoSpaceException forNow) {
            return false;
        } catch (IOException problem) {
            failure = problem;
        }
        group.complete(failure);
        return true;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException nobodyDoes) {
            throw new IllegalStateException(nobodyDoes);
        }
    }

    private Queue<Group.Entry> takeWaiting() {
        lock.lock();
        try {
            Queue<Group.Entry> taken = waiting;
            waiting = new ArrayDeque<>();
            waitingBytes = 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Durability durability() {
        return writer.durability();
    }

    @Override
    public void reopen() {
        lock.lock();
        try {
            reopening = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void reopenIfAsked() {
        lock.lock();
        try {
            if (!reopening) {
                return;
            }
            reopening = false;
        } finally {
            lock.unlock();
        }
        try {
            writer.reopen();
        } catch (IOException problem) {
            LOG.error("{}: cannot reopen, goes on with the file it has: {}", name, problem.getMessage());
        }
    }

    private void closeWriter() {
        try {
            writer.close();
        } catch (IOException atClose) {
            LOG.warn("{}: closing failed: {}", name, atClose.getMessage());
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
