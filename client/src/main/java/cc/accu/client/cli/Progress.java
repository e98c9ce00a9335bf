package cc.accu.client.cli;

import cc.accu.internal.process.StandardStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A bar on standard error, if that is a terminal and sending takes more than a second. One thread. */
final class Progress implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_EVERY_MILLIS = 200;
    private static final long MEBIBYTE = 1 << 20;

    private final long startedAt = System.nanoTime();
    private final long expectedBytes;
    private final boolean seen = StandardStream.ERROR.isTerminal();
    private long bytes;
    private @Nullable ProgressBar bar;

    /**
     * @param expectedBytes how much there will be, or {@link LineSource#UNKNOWN}
     */
    Progress(long expectedBytes) {
        this.expectedBytes = expectedBytes;
    }

    /** So many more bytes are on their way. */
    void add(int more) {
        bytes += more;
        show();
    }

    private void show() {
        if (seen && bar == null && System.nanoTime() - startedAt > PATIENCE_NANOS) {
            bar = newBar();
        }
        if (bar != null) {
            bar.stepTo(bytes);
        }
    }

    /** Not before it is needed: loading this takes longer than most runs. */
    private ProgressBar newBar() {
        return new ProgressBarBuilder()
                .setTaskName("sent")
                .setInitialMax(expectedBytes)
                .setUnit(" MiB", MEBIBYTE)
                .clearDisplayOnFinish()
                .build();
    }

    /** Waits, however long it takes. */
    void await(CompletableFuture<Void> written) throws ExecutionException, InterruptedException {
        while (true) {
            try {
                written.get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException notYet) {
                show();
            }
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
