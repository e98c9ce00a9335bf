package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private static final int SOON_BYTES = 128 * 1024;

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SLOW_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final LineWriter writer;
    private final Thread thread;
    private final Inbox inbox = new Inbox();

    /** Held by whoever uses the writer. Who holds it looks into the inbox again after letting go. */
    private final ReentrantLock writing = new ReentrantLock();

    /** What could not be written for want of space. Guarded by {@link #writing}. */
    private @Nullable Group stalled;

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
        IOException broken = failure;
        Group.Entry entry = new Group.Entry(batch, new CompletableFuture<>());
        long waitingBytes = broken == null ? inbox.add(entry) : -1;
        if (waitingBytes < 0) {
            batch.close();
            return CompletableFuture.failedFuture(broken != null ? broken : new IOException("the sink is closed"));
        }
        if (waitingBytes >= SOON_BYTES) {
            flush();
        }
        return entry.stored();
    }

    @Override
    public void flush() {
        if (!writer.isQuick() || System.nanoTime() - slowUntil < 0) {
            inbox.callThread();
            return;
        }
        while (!inbox.isEmpty() && writing.tryLock()) {
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

    private void storeHere() {
        long start = System.nanoTime();
        Group group = new Group(inbox.takeAll(), writer);
        if (!isSettled(group)) {
            stalled = group;
            inbox.callThread();
        }
        long end = System.nanoTime();
        if (end - start > SLOW_NANOS) {
            slowUntil = end + SLOW_FOR_NANOS;
        }
    }

    private void run() {
        boolean open = true;
        while (open) {
            open = inbox.awaitCall();
            writing.lock();
            try {
                storeAll();
                if (inbox.takeReopening()) {
                    reopenWriter();
                }
            } finally {
                writing.unlock();
            }
            if (writer.isQuick() && !inbox.isEmpty()) {
                inbox.callThread(); // whoever flushed meanwhile did not get the lock
            }
        }
        closeWriter();
    }

    private void storeAll() {
        if (stalled != null) {
            outwait(stalled);
            stalled = null;
        }
        for (Queue<Group.Entry> next = inbox.takeAll(); !next.isEmpty(); next = inbox.takeAll()) {
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
            LockSupport.parkNanos(RETRY_NANOS);
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

    @Override
    public Durability durability() {
        return writer.durability();
    }

    @Override
    public void reopen() {
        inbox.askForReopening();
    }

    private void reopenWriter() {
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
        inbox.close();
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
