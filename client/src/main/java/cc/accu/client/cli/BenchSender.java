package cc.accu.client.cli;

import cc.accu.client.LineClient;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Sends the messages of one connection. One thread; what comes back does so on the client's. */
final class BenchSender implements Callable<BenchLatency> {
    private final LineClient client;
    private final BenchLines lines;
    private final BenchPace pace;
    private final InFlight inFlight;
    private final long messages;
    private final AtomicReference<@Nullable Throwable> failure;
    private final BenchLatency latency = new BenchLatency();

    /**
     * @param failure the first of any sender; then all of them give up
     */
    BenchSender(
            LineClient client,
            BenchPlan plan,
            int sender,
            BenchPace pace,
            AtomicReference<@Nullable Throwable> failure) {
        this.client = client;
        this.lines = new BenchLines(plan.load(), sender);
        this.pace = pace;
        this.inFlight = new InFlight(plan.inFlight());
        this.messages = plan.load().messagesOf(sender);
        this.failure = failure;
    }

    /** Returns when all is delivered. */
    @Override
    public BenchLatency call() throws InterruptedException, ExecutionException {
        CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
        long next = 0;
        while (next < messages && failure.get() == null) {
            int most = (int) Math.min(lines.most(), messages - next);
            int count = inFlight.take(pace.await(next, most));
            last = send(next, count);
            next += count;
        }
        // Not flush(), which may be done before what hangs on the last of the sends is.
        last.get();
        return latency;
    }

    private CompletableFuture<Void> send(long first, int count) {
        long handedAt = System.nanoTime();
        return client.sendLines(lines.next(first, count)).whenComplete((delivered, why) -> {
            settle(first, count, handedAt, why);
            inFlight.giveBack(count);
        });
    }

    private void settle(long first, int count, long handedAt, @Nullable Throwable why) {
        if (why == null) {
            latency.acknowledged(pace, first, count, new BenchLatency.Times(handedAt, System.nanoTime()));
        } else {
            failure.compareAndSet(null, why);
        }
    }
}
