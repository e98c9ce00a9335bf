package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forces a file to the disk a while after it was written to, on a thread of its own. Any thread. */
final class LaterSync implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaterSync.class);

    private final String name;
    private final Duration within;
    private final AtomicBoolean planned = new AtomicBoolean();
    private volatile @Nullable FileChannel file;
    private volatile @Nullable IOException failure;
    private final ScheduledExecutorService clock;

    LaterSync(String name, Duration within) {
        this.name = name;
        this.within = within;
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "accu-sink-sync");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.clock = executor;
    }

    /** The file has something new. What was written to another one before is no longer this object's matter. */
    void written(FileChannel channel) {
        file = channel;
        if (!planned.get() && planned.compareAndSet(false, true)) {
            clock.schedule(this::sync, within.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void sync() {
        planned.set(false);
        FileChannel channel = file;
        try {
            if (channel != null) {
                channel.force(false);
            }
        } catch (ClosedChannelException syncedByWhoClosedIt) {
            LOG.debug("{}: the file was closed meanwhile", name);
        } catch (IOException problem) {
            if (channel != null && channel.equals(file) && failure == null) {
                failure = problem;
                LOG.error(
                        "{}: what was written in the last {} ms may not be on the disk: {}",
                        name,
                        within.toMillis(),
                        FileProblem.why(problem));
            }
        }
    }

    /** Whether {@link #check} would throw. */
    boolean hasFailed() {
        return failure != null;
    }

    /** Throws what went wrong since the last call. */
    void check() throws IOException {
        IOException problem = failure;
        if (problem != null) {
            failure = null;
            throw problem;
        }
    }

    @Override
    public void close() {
        clock.shutdown(); // an interrupt would close the file under its writer
    }
}
