package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Sink;
import cc.accu.transport.Reason;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One sink of a server, and how it is doing. Says so in the log when it stores nothing for long. Any thread. */
final class Outlet {
    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
    private static final long PATIENCE_MILLIS = 5000;

    private final Sink sink;
    private final ServerObserver observer;
    private final AtomicLong waitingMessages = new AtomicLong();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile long progressAt;
    private volatile @Nullable Future<?> nextLook;
    private volatile boolean slow;
    private volatile @Nullable Throwable failure;

    Outlet(Sink sink, ServerObserver observer) {
        this.sink = sink;
        this.observer = observer;
    }

    Sink sink() {
        return sink;
    }

    boolean hasFailed() {
        return failed.get();
    }

    SinkState state() {
        Throwable problem = failure;
        SinkState.Health health =
                problem != null ? SinkState.Health.FAILED : slow ? SinkState.Health.SLOW : SinkState.Health.GOOD;
        return new SinkState(
                sink.toString(),
                health,
                waitingMessages.get(),
                Optional.ofNullable(problem).map(Reason::describe));
    }

    /** As {@link Sink#accept}; {@code then} is called when the stage completes. */
    void accept(LineBatch batch, Settlement then) {
        int messages = batch.count();
        waitingMessages.getAndAdd(messages);
        sink.accept(batch).whenComplete((done, problem) -> {
            settled(messages, problem);
            then.settled(problem);
        });
        if (!watched.get() && waitingMessages.get() > 0 && watched.compareAndSet(false, true)) {
            progressAt = System.nanoTime();
            watch();
        }
    }

    private void settled(int messages, @Nullable Throwable problem) {
        waitingMessages.getAndAdd(-messages);
        if (problem == null) {
            progressAt = System.nanoTime();
        } else if (failed.compareAndSet(false, true)) {
            failure = problem;
            // A reader that goes away, as head does, is no fault: whoever observes decides what to do then.
            if (Reason.of(problem) != Reason.BROKEN_PIPE) {
                LOG.error("sink {} has failed, senders are held: {}", sink, Reason.describe(problem));
            }
            observer.sinkFailed(sink.toString(), problem);
        }
    }

    /** Looks again and again while something waits. */
    private void watch() {
        nextLook = GlobalEventExecutor.INSTANCE.schedule(this::look, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Closes the sink. Blocking. */
    void close() {
        sink.close();
        Future<?> look = nextLook;
        if (look != null) {
            look.cancel(false); // it would keep its thread, and with it the process
        }
    }

    private void look() {
        long idleMillis = (System.nanoTime() - progressAt) / 1_000_000;
        boolean waits = waitingMessages.get() > 0;
        if (waits && !slow && idleMillis >= PATIENCE_MILLIS && !hasFailed()) {
            slow = true;
            LOG.warn("sink {} has stored nothing for {} ms, {} messages wait", sink, idleMillis, waitingMessages);
            observer.sinkStalled(sink.toString());
        } else if (slow && (!waits || idleMillis < PATIENCE_MILLIS)) {
            slow = false;
            LOG.warn("sink {} stores again", sink);
            observer.sinkResumed(sink.toString());
        }
        if (waits && !hasFailed()) {
            watch();
        } else {
            watched.set(false);
        }
    }
}
