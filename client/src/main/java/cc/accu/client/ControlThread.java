package cc.accu.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread on which an acknowledged client decides where to connect to (accu-client-retry). Any thread. */
final class ControlThread {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);

    // What comes after the end is of no interest to anyone.
    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(1, this::newThread, new ThreadPoolExecutor.DiscardPolicy());
    private final Consumer<Throwable> failed;
    private volatile @Nullable Thread thread;

    /**
     * @param failed is told, on the thread, of a mistake of ours, which must not leave anybody waiting
     */
    ControlThread(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    private Thread newThread(Runnable work) {
        Thread started = new Thread(work, "accu-client-retry");
        started.setDaemon(true);
        thread = started;
        return started;
    }

    boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    void run(Runnable work) {
        executor.execute(() -> guarded(work));
    }

    void runLater(Runnable work, Duration delay) {
        executor.schedule(() -> guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error bug) {
            LOG.error("this should not have happened; please report it", bug);
            failed.accept(bug);
        }
    }

    /** What {@code question} gives. Blocking, but for the thread itself. */
    <T> T ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, executor).join();
    }

    /** Runs nothing more. */
    void shutDown() {
        executor.shutdownNow();
    }
}
