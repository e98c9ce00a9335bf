package cc.accu.client.cli;

import cc.accu.client.LineClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Sends all of a benchmark over connections that are there, and closes them. One thread. */
final class BenchRun {
    private static final long LOOK_EVERY_MILLIS = 200;

    private final BenchPlan plan;
    private final Deal deal;
    private final BenchLatency latency = new BenchLatency();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private long shown;

    BenchRun(BenchPlan plan, Deal deal) {
        this.plan = plan;
        this.deal = deal;
    }

    /**
     * The time ends with the last acknowledgement; without acknowledgements when the server has closed the last
     * connection, which it does when it has read all: before that, some would be in socket buffers.
     */
    BenchResult go() throws IOException, InterruptedException {
        String durable = deal.clients().get(0).durable().orElse("");
        long startedAt = System.nanoTime();
        long acknowledgedAt;
        try (deal) {
            send(startedAt);
            acknowledgedAt = System.nanoTime();
        }
        long endedAt = plan.acknowledged() ? acknowledgedAt : System.nanoTime();
        return new BenchResult(endedAt - startedAt, durable, latency);
    }

    private void send(long startedAt) throws IOException, InterruptedException {
        List<LineClient> clients = deal.clients();
        ExecutorService threads = Executors.newFixedThreadPool(clients.size(), BenchRun::thread);
        try (Progress progress = new Progress(plan.load().bytes())) {
            List<Future<BenchLatency>> sending = new ArrayList<>();
            for (int i = 0; i < clients.size(); i++) {
                BenchPace pace = BenchPace.of(plan.rate(), clients.size(), i, startedAt);
                sending.add(threads.submit(new BenchSender(clients.get(i), plan, i, pace, failure)));
            }
            for (Future<BenchLatency> one : sending) {
                await(one, progress);
            }
        } finally {
            threads.shutdownNow();
        }
        Throwable why = failure.get();
        if (why != null) {
            throw Deal.ioException(new ExecutionException(why));
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "accu-bench");
        thread.setDaemon(true);
        return thread;
    }

    private void await(Future<BenchLatency> sending, Progress progress) throws InterruptedException {
        while (true) {
            try {
                sending.get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS).addTo(latency);
                return;
            } catch (TimeoutException notYet) {
                show(progress);
            } catch (ExecutionException failed) {
                failure.compareAndSet(null, failed.getCause());
                return;
            }
        }
    }

    private void show(Progress progress) {
        long written = deal.messagesWritten() * plan.load().size();
        progress.add((int) Math.min(Integer.MAX_VALUE, written - shown));
        shown = written;
    }
}
