package cc.accu.server;

import cc.accu.internal.transport.Reason;
import cc.accu.line.LineBatch;
import cc.accu.server.sink.Durability;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkClosedException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink of a server, and how it is doing. Says so in the log when it stores nothing for long. The border to somebody
 * else's code: whatever a sink throws means that it has failed, and goes no further. Any thread.
 */
final class Outlet {
    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
    private static final long PATIENCE_MILLIS = 5000;
    private static final Pattern WORD = Pattern.compile("[a-z0-9-]{1,32}");

    private final Sink sink;
    private final String address;
    private final Durability durability;
    private final ServerObserver observer;
    private final Runnable whenFailed;
    private final AtomicLong waitingMessages = new AtomicLong();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile long progressAt;
    private volatile @Nullable Future<?> nextLook;
    private volatile boolean slow;
    private volatile boolean closing;
    private volatile boolean givenUp;
    private volatile @Nullable Throwable failure;

    /**
     * @param whenFailed called once, on any thread, when the sink has failed
     */
    Outlet(Sink sink, ServerObserver observer, Runnable whenFailed) {
        this.sink = sink;
        this.address = sink.toString();
        this.durability = sink.durability();
        this.observer = observer;
        this.whenFailed = whenFailed;
    }

    Durability durability() {
        return durability;
    }

    boolean hasFailed() {
        return failed.get();
    }

    /** Why it stores nothing for now, in one word; empty while it does, and when it has failed. */
    Optional<String> held() {
        Optional<String> held = heldBySink();
        return held.isEmpty() && hasStalled() ? Optional.of("no-progress") : held;
    }

    private Optional<String> heldBySink() {
        if (hasFailed()) {
            return Optional.empty();
        }
        try {
            return sink.held().map(word -> WORD.matcher(word).matches() ? word : "held");
        } catch (RuntimeException | Error thrown) {
            fail(thrown);
            return Optional.empty();
        }
    }

    private boolean hasStalled() {
        return !hasFailed() && watched.get() && waitingMessages.get() > 0 && idleMillis() >= PATIENCE_MILLIS;
    }

    private long idleMillis() {
        return (System.nanoTime() - progressAt) / 1_000_000;
    }

    SinkState state() {
        Optional<String> held = heldBySink();
        Throwable problem = failure;
        if (problem != null) {
            return state(SinkState.Health.FAILED, Optional.of(Reason.describe(problem)));
        }
        if (held.isPresent()) {
            return state(SinkState.Health.HELD, held);
        }
        return state(slow ? SinkState.Health.SLOW : SinkState.Health.GOOD, Optional.empty());
    }

    private SinkState state(SinkState.Health health, Optional<String> problem) {
        return new SinkState(address, health, waitingMessages.get(), problem);
    }

    /** As {@link Sink#accept}; {@code then} is called when the stage completes. */
    void accept(LineBatch batch, Settlement then) {
        int messages = batch.count();
        waitingMessages.getAndAdd(messages);
        handOver(batch, (done, problem) -> {
            if (closing && problem instanceof SinkClosedException) {
                return; // came too late: in flight when the server stopped
            }
            settled(messages, problem);
            then.settled(problem);
        });
        if (!watched.get() && waitingMessages.get() > 0) {
            beginToWatch();
        }
    }

    private void handOver(LineBatch batch, BiConsumer<@Nullable Void, @Nullable Throwable> then) {
        Throwable problem = failure;
        if (problem != null) {
            batch.close();
            then.accept(null, problem);
            return;
        }
        CompletionStage<Void> stored;
        try {
            stored = Objects.requireNonNull(sink.accept(batch), "the sink gave nothing back for a batch");
        } catch (RuntimeException | Error thrown) {
            batch.close();
            stored = CompletableFuture.failedFuture(thrown);
        }
        stored.whenComplete(then);
    }

    private void settled(int messages, @Nullable Throwable problem) {
        waitingMessages.getAndAdd(-messages);
        if (problem == null) {
            progressAt = System.nanoTime();
        } else {
            fail(problem);
        }
    }

    private void fail(Throwable problem) {
        if (!failed.compareAndSet(false, true)) {
            return;
        }
        failure = problem;
        if (givenUp) {
            return;
        }
        Throwable thrown = problem instanceof IOException ? problem.getCause() : problem;
        if (thrown instanceof RuntimeException || thrown instanceof Error) {
            LOG.error("sink {} has failed, senders are held: it has thrown", address, thrown);
        } else if (Reason.of(problem) != Reason.BROKEN_PIPE) {
            // A reader that goes away, as head does, is no fault: whoever observes decides what to do then.
            LOG.error(
                    "sink {} has failed, senders are held: {}; repair what is wrong there, then start the server again",
                    address,
                    Reason.describe(problem));
        }
        observer.sinkFailed(address, problem);
        whenFailed.run();
    }

    /** What is not stored will not be, because there is no more time: that is no failure of the sink. */
    void giveUp() {
        givenUp = true;
    }

    void flush() {
        guarded(sink::flush);
    }

    void reopen() {
        guarded(sink::reopen);
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error thrown) {
            fail(thrown);
        }
    }

    private void beginToWatch() {
        progressAt = System.nanoTime();
        if (watched.compareAndSet(false, true)) {
            watch();
        }
    }

    /** Looks again and again while something waits. */
    private void watch() {
        nextLook = GlobalEventExecutor.INSTANCE.schedule(this::look, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Closes the sink. Blocking; an interrupt makes it give up what is not stored. */
    void close() {
        closing = true;
        guarded(sink::close);
        Future<?> look = nextLook;
        if (look != null) {
            look.cancel(false); // it would keep its thread, and with it the process
        }
    }

    private void look() {
        long idleMillis = idleMillis();
        boolean waits = waitingMessages.get() > 0;
        if (waits && !slow && idleMillis >= PATIENCE_MILLIS && !hasFailed()) {
            slow = true;
            LOG.warn("sink {} has stored nothing for {} ms, {} messages wait", address, idleMillis, waitingMessages);
            observer.sinkStalled(address);
        } else if (slow && (!waits || idleMillis < PATIENCE_MILLIS)) {
            slow = false;
            LOG.warn("sink {} stores again", address);
            observer.sinkResumed(address);
        }
        if (waits && !hasFailed()) {
            watch();
        } else {
            watched.set(false);
        }
    }
}
