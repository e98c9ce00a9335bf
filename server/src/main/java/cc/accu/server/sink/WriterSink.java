package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LineWriter} with a thread of its own and group commit: the thread takes all that waits, writes it, commits
 * once, and completes the lot. There is no timer: an idle sink commits at once, a busy one in large groups. Any thread.
 */
public final class WriterSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(WriterSink.class);

    private final LineWriter writer;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private Queue<Entry> waiting = new ArrayDeque<>();
    private boolean closed;

    /** Set once, by the writing thread. */
    private volatile @Nullable IOException failure;

    private record Entry(LineBatch batch, CompletableFuture<Void> stored) {}

    /** Starts the thread, which owns {@code writer} from now on and closes it at the end. */
    public WriterSink(String threadName, LineWriter writer) {
        this.writer = writer;
        this.thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public CompletionStage<Void> accept(LineBatch batch) {
        IOException refusal;
        lock.lock();
        try {
            refusal = closed ? new IOException("the sink is closed") : failure;
            if (refusal == null) {
                Entry entry = new Entry(batch, new CompletableFuture<>());
                waiting.add(entry);
                changed.signal();
                return entry.stored;
            }
        } finally {
            lock.unlock();
        }
        batch.close();
        return CompletableFuture.failedFuture(refusal);
    }

    private void run() {
        try {
            for (Queue<Entry> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
                store(group);
            }
            writer.close();
        } catch (IOException atClose) {
            LOG.warn("closing failed: {}", atClose.getMessage());
        }
    }

    /** All that waits; waits for some; nothing once the sink is closed and everything is written. */
    private Queue<Entry> nextGroup() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            Queue<Entry> group = waiting;
            waiting = new ArrayDeque<>();
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void store(Queue<Entry> group) {
        List<CompletableFuture<Void>> written = new ArrayList<>(group.size());
        IOException broken = failure;
        while (!group.isEmpty()) {
            Entry entry = group.remove();
            written.add(entry.stored);
            try (LineBatch batch = entry.batch) {
                if (broken == null) {
                    writer.write(batch);
                }
            } catch (IOException problem) {
                broken = problem;
            } catch (RuntimeException | Error problem) {
                broken = unexpected(problem);
            }
        }
        complete(written, broken == null ? commit() : broken);
    }

    private @Nullable IOException commit() {
        try {
            writer.commit();
            return null;
        } catch (IOException problem) {
            return problem;
        } catch (RuntimeException | Error problem) {
            return unexpected(problem);
        }
    }

    /** Whatever a writer throws fails the sink: were the thread to die of it, its senders would wait for ever. */
    private static IOException unexpected(Throwable problem) {
        return new IOException(problem.toString(), problem);
    }

    private void complete(List<CompletableFuture<Void>> written, @Nullable IOException broken) {
        if (broken == null) {
            written.forEach(stored -> stored.complete(null));
        } else {
            failure = broken;
            written.forEach(stored -> stored.completeExceptionally(broken));
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
}
