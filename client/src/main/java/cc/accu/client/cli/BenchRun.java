package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.client.cli.BenchPlan.Schedule;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Sends all of a benchmark over connections that are there, and closes them. One thread. */
final class BenchRun {
    private static final long LOOK_EVERY_MILLIS = 200;

    private final BenchPlan plan;
    private final RoundRobin connections;
    private final Latency latency = new Latency();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private long shown;

    BenchRun(BenchPlan plan, RoundRobin connections) {
        this.plan = plan;
        this.connections = connections;
    }

    /**
     * The time ends with the last acknowledgement; without acknowledgements when the server has closed the last
     * connection, which it does when it has read all: before that, some would be in socket buffers.
     */
    Result go() throws IOException, InterruptedException {
        String durable = connections.clients().get(0).durable().orElse("");
        long startedAt = System.nanoTime();
        long acknowledgedAt;
        try (connections) {
            send(startedAt);
            acknowledgedAt = System.nanoTime();
        }
        long endedAt = plan.acknowledged() ? acknowledgedAt : System.nanoTime();
        return new Result(endedAt - startedAt, durable, latency);
    }

    private void send(long startedAt) throws IOException, InterruptedException {
        List<LineClient> clients = connections.clients();
        ExecutorService threads = Executors.newFixedThreadPool(clients.size(), BenchRun::thread);
        try (Progress progress = new Progress(plan.load().bytes())) {
            List<Future<Latency>> sending = new ArrayList<>();
            for (int i = 0; i < clients.size(); i++) {
                Schedule schedule = plan.scheduleOf(i, startedAt);
                sending.add(threads.submit(new Sending(clients.get(i), plan, i, schedule, failure)));
            }
            for (Future<Latency> one : sending) {
                await(one, progress);
            }
        } finally {
            threads.shutdownNow();
        }
        Throwable why = failure.get();
        if (why != null) {
            throw RoundRobin.ioException(new ExecutionException(why));
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "accu-bench");
        thread.setDaemon(true);
        return thread;
    }

    private void await(Future<Latency> sending, Progress progress) throws InterruptedException {
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
        long written = connections.messagesWritten() * plan.load().size();
        progress.add((int) Math.min(Integer.MAX_VALUE, written - shown));
        shown = written;
    }

    /** Sends the messages of one connection. One thread; what comes back does so on the client's. */
    private static final class Sending implements Callable<Latency> {
        private final LineClient client;
        private final BenchLines.Block lines;
        private final Schedule schedule;
        private final Unanswered inFlight;
        private final long messages;
        private final AtomicReference<@Nullable Throwable> failure;
        private final Latency latency = new Latency();

        /**
         * @param failure the first of any sender; then all of them give up
         */
        Sending(
                LineClient client,
                BenchPlan plan,
                int sender,
                Schedule schedule,
                AtomicReference<@Nullable Throwable> failure) {
            this.client = client;
            this.lines = new BenchLines.Block(plan.load(), sender);
            this.schedule = schedule;
            this.inFlight = new Unanswered(plan.inFlight());
            this.messages = plan.load().messagesOf(sender);
            this.failure = failure;
        }

        /** Returns when all is delivered. */
        @Override
        public Latency call() throws InterruptedException, ExecutionException {
            CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
            long next = 0;
            while (next < messages && failure.get() == null) {
                int most = (int) Math.min(lines.most(), messages - next);
                int count = inFlight.take(schedule.await(next, most));
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
                latency.acknowledged(schedule, first, count, new Latency.Times(handedAt, System.nanoTime()));
            } else {
                failure.compareAndSet(null, why);
            }
        }

        /** How many messages of one sender may wait for their acknowledgement. Any thread. */
        private static final class Unanswered {
            private static final int NO_LIMIT = 0;

            private final Semaphore room;
            private final boolean limited;

            /**
             * @param most 0 for no limit but that of the client's window
             */
            Unanswered(int most) {
                limited = most != NO_LIMIT;
                room = new Semaphore(most);
            }

            /** Waits until there is room for one, and takes room for up to {@code wanted}: for how many. */
            int take(int wanted) throws InterruptedException {
                if (!limited) {
                    return wanted;
                }
                room.acquire();
                int more = Math.min(wanted - 1, room.availablePermits());
                // Only this sender takes, so what was there still is.
                room.acquire(more);
                return 1 + more;
            }

            void giveBack(int messages) {
                if (limited) {
                    room.release(messages);
                }
            }
        }
    }

    /**
     * What a benchmark measured.
     *
     * @param durable what an acknowledgement means; empty without acknowledgements
     */
    record Result(long nanos, String durable, Latency latency) {
        double seconds() {
            return nanos / (double) TimeUnit.SECONDS.toNanos(1);
        }

        double perSecond(long things) {
            return things / seconds();
        }
    }

    /**
     * How long messages took from the time when they should have been sent to their acknowledgement; where no such time is
     * set, from when they were handed to the client. Any thread.
     */
    static final class Latency {
        private static final int DIGITS = 3;

        @GuardedBy("this")
        private final Histogram nanos = new Histogram(DIGITS);

        /** So many messages from {@code first} on were acknowledged. */
        synchronized void acknowledged(Schedule schedule, long first, int count, Times times) {
            if (!schedule.hasTimes()) {
                nanos.recordValueWithCount(times.acknowledgedAt - times.handedAt, count);
                return;
            }
            for (long message = first; message < first + count; message++) {
                nanos.recordValue(Math.max(0, times.acknowledgedAt - schedule.intendedAt(message)));
            }
        }

        /** Of messages that went together. */
        record Times(long handedAt, long acknowledgedAt) {}

        synchronized void addTo(Latency sum) {
            sum.add(nanos);
        }

        private synchronized void add(Histogram more) {
            nanos.add(more);
        }

        /** What that percentage of messages did not take longer than. */
        synchronized double percentileMicros(double percentile) {
            return nanos.getValueAtPercentile(percentile) / (double) TimeUnit.MICROSECONDS.toNanos(1);
        }

        synchronized double mostMicros() {
            return nanos.getMaxValue() / (double) TimeUnit.MICROSECONDS.toNanos(1);
        }

        synchronized long count() {
            return nanos.getTotalCount();
        }
    }
}
