package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.Optional;
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
 * flushes does that itself, one after another, and the thread takes over when the writer turns out slow, or has no
 * space. Any thread.
 */
public final class WriterSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(WriterSink.class);

    /** What waits is still in the processor's cache up to about here. */
    private static final int SOON_BYTES = 128 * 1024;

    /** With so much waiting, more is formatted when its turn comes: it may be many times as long as what came in. */
    private static final int AHEAD_BYTES = 1024 * 1024;

    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SLOW_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final LineWriter writer;
    private final Optional<Formatter> formatter;

    /** Guarded by {@link #writing}. */
    private final Group group;

    private final Thread thread;
    private final Inbox inbox = new Inbox();

    /** Held by whoever uses the writer. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Whether the group could not be written for want of space: the thread is at it. Set under {@link #writing}. */
    private volatile boolean stalled;

    private volatile long slowUntil = System.nanoTime();
    private volatile @Nullable IOException failure;

    /**
     * Starts the thread. The sink owns {@code writer} from now on and closes it at the end.
     *
     * @param name the sink's address; what is before its colon names the thread
     */
    public WriterSink(String name, LineWriter writer) {
        this(name, writer, Optional.empty());
    }

    /** As above, with what {@code formatter} makes of the lines in their place. */
    WriterSink(String name, LineWriter writer, Optional<Formatter> formatter) {
        this.name = name;
        this.writer = writer;
        this.formatter = formatter;
        this.group = new Group(formatter, writer);
        this.thread = new Thread(this::run, "accu-sink-" + name.split("[:?]", 2)[0]);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public CompletionStage<Void> accept(LineBatch batch) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        Entry rest = new Entry(batch, false, stored);
        while (formatter.isPresent() && inbox.bytes() < AHEAD_BYTES) {
            Entry next = rest.next(formatter.get());
            handOver(next);
            if (next.isLast()) {
                return stored;
            }
        }
        handOver(rest);
        return stored;
    }

    private void handOver(Entry entry) {
        IOException broken = failure;
        long waitingBytes = broken == null ? inbox.add(entry) : -1;
        if (waitingBytes < 0) {
            entry.fail(broken != null ? broken : new IOException("the sink is closed"));
        } else if (waitingBytes >= SOON_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (inbox.isEmpty()) {
            return;
        }
        if (!writer.isQuick() || isSlow() || !getsTurn()) {
            inbox.callThread();
            return;
        }
        try {
            if (!stalled) {
                storeHere();
            }
        } finally {
            writing.unlock();
        }
    }

    private boolean isSlow() {
        return stalled || System.nanoTime() - slowUntil < 0;
    }

    /**
     * Waits for others, who write quickly too. Left to them, lines would leave this processor's cache, and whoever writes
     * would write for all. Who flushes when told that something is stored has no turn: that group is not done.
     */
    private boolean getsTurn() {
        try {
            return !writing.isHeldByCurrentThread() && writing.tryLock(TURN_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void storeHere() {
        long start = System.nanoTime();
        storeWaiting();
        if (stalled) {
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
        }
        closeWriter();
    }

    private void storeAll() {
        outwait();
        while (!inbox.isEmpty()) {
            storeWaiting();
            outwait();
        }
    }

    private void storeWaiting() {
        group.takeFrom(inbox);
        if (!group.isEmpty()) {
            stalled = !isSettled();
        }
    }

    /** Tries what stalled until there is space: what is taken is never dropped. */
    private void outwait() {
        if (!stalled) {
            return;
        }
        long since = System.nanoTime();
        LOG.warn("{}: no space left on device; senders are held until there is", name);
        do {
            LockSupport.parkNanos(RETRY_NANOS);
        } while (!isSettled());
        stalled = false;
        if (failure == null) {
            LOG.warn("{}: goes on after {} ms without space", name, (System.nanoTime() - since) / 1_000_000);
        }
    }

    /** Whether it is known what became of the group; if not, there is no space, and this is to be called again. */
    private boolean isSettled() {
        IOException broken = failure;
        try {
            if (broken == null) {
                group.store();
            } else {
                group.fail(broken);
            }
        } catch (NoSpaceException forNow) {
            return false;
        } catch (IOException problem) {
            failure = problem;
            group.fail(problem);
        }
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
