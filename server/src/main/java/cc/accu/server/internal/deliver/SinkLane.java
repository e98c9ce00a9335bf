package cc.accu.server.internal.deliver;

import cc.accu.internal.transport.Reason;
import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.deliver.SinkFanOut.SinkListener;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.Sink.SinkClosedException;
import cc.accu.server.sink.SinkState;
import cc.accu.server.sink.Sinks.ReaderGoneException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink of a server, what waits for it, and how it is doing. Says so in the log when it stores nothing for long. The
 * border to somebody else's code: whatever a sink throws means that it has failed, and goes no further. Any thread.
 *
 * <p>While something waits, one look at a time is planned; who finds that nothing does ends that, and looks once more, so
 * that what came meanwhile is watched too.
 *
 * <table>
 * <caption>Health</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>GOOD</td><td>SLOW</td><td>something waits, and nothing was stored for five seconds</td></tr>
 * <tr><td>SLOW</td><td>GOOD</td><td>something was stored since, or nothing waits any more</td></tr>
 * <tr><td>GOOD, SLOW</td><td>HELD</td><td>while the sink says that it can store nothing for now</td></tr>
 * <tr><td>any</td><td>FAILED</td><td>the sink has said that something is not stored, or has thrown; for good</td></tr>
 * </table>
 */
final class SinkLane {
    private static final Logger LOG = LoggerFactory.getLogger(SinkLane.class);
    private static final long PATIENCE_MILLIS = 5000;
    private static final Pattern WORD = Pattern.compile("[a-z0-9-]{1,32}");

    private final Sink sink;
    private final String address;
    private final Durability durability;
    private final SinkListener listener;
    private final EventExecutor timer;
    private final AtomicLong waitingMessages = new AtomicLong();

    /** Whether a look is planned, or being made: while something waits there is one. */
    private final AtomicBoolean watched = new AtomicBoolean();

    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile long progressAt;
    private volatile @Nullable Future<?> nextLook;
    private volatile boolean slow;
    private volatile boolean closing;
    private volatile boolean givenUp;
    private volatile @Nullable Throwable failure;

    /** @param timer looks after what waits; its clock is the lane's */
    SinkLane(Sink sink, SinkListener listener, EventExecutor timer) {
        this.sink = sink;
        this.address = sink.address();
        this.durability = sink.durability();
        this.listener = listener;
        this.timer = timer;
        sink.observedBy((bytes, nanos) -> listener.committed(address, bytes, nanos));
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

    private long now() {
        return timer.ticker().nanoTime();
    }

    private long idleMillis() {
        return TimeUnit.NANOSECONDS.toMillis(now() - progressAt);
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
        return new SinkState(
                address, health, waitingMessages.get(), problem, asked(sink::backlog), asked(sink::storage));
    }

    private <T> Optional<T> asked(Supplier<Optional<T>> question) {
        try {
            return question.get();
        } catch (RuntimeException | Error thrown) {
            fail(thrown);
            return Optional.empty();
        }
    }

    /** As {@link Sink#accept}. */
    void accept(LineBatch batch, Completion done) {
        Waiting waiting = new Waiting(batch, done);
        waitingMessages.getAndAdd(waiting.messages);
        handOver(batch, waiting);
        if (!watched.get() && waitingMessages.get() > 0) {
            watch();
        }
    }

    private void handOver(LineBatch batch, Waiting waiting) {
        Throwable problem = failure;
        if (problem != null) {
            batch.close();
            waiting.settled(problem);
            return;
        }
        try {
            sink.accept(batch, waiting);
        } catch (RuntimeException | Error thrown) {
            batch.close();
            fail(thrown);
            waiting.settled(thrown);
        }
    }

    /** A batch that the sink has; what the sink says of it first is what counts. */
    private final class Waiting implements Completion {
        private final int messages;
        private final int bytes;
        private final Completion done;
        private final AtomicBoolean told = new AtomicBoolean();

        Waiting(LineBatch batch, Completion done) {
            this.messages = batch.count();
            this.bytes = batch.bytes();
            this.done = done;
        }

        @Override
        public void settled(@Nullable Throwable problem) {
            if (closing && problem instanceof SinkClosedException) {
                return; // came too late: in flight when the server stopped
            }
            if (!told.compareAndSet(false, true)) {
                return;
            }
            waitingMessages.getAndAdd(-messages);
            if (problem == null) {
                progressAt = now();
                listener.stored(address, messages, bytes);
            } else {
                fail(problem);
            }
            done.settled(problem);
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
            LOG.error("sink {} has failed, and stores nothing more: it has thrown", address, thrown);
        } else if (!(problem instanceof ReaderGoneException)) {
            // A reader that goes away, as head does, is no fault: whoever listens decides what to do then.
            LOG.error(
                    "sink {} has failed, and stores nothing more: {}; repair what is wrong there, then start the server again",
                    address,
                    Reason.describe(problem));
        }
        listener.failed(address, problem);
    }

    /** What is not stored will not be, because there is no more time: that is no failure of the sink. */
    void giveUp() {
        givenUp = true;
    }

    void flush() {
        guarded(sink::flush);
    }

    void expectMore() {
        guarded(sink::expectMore);
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

    /** Closes the sink. Blocking; an interrupt makes it give up what is not stored. */
    void close() {
        closing = true;
        guarded(sink::close);
        Future<?> look = nextLook;
        if (look != null) {
            look.cancel(false); // it would keep its thread, and with it the process
        }
    }

    /** Something waits, and nobody looks after it yet, but for who does so at the same time. */
    private void watch() {
        if (watched.compareAndSet(false, true)) {
            progressAt = now();
            planLook();
        }
    }

    private void planLook() {
        nextLook = timer.schedule(this::look, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long idleMillis = idleMillis();
        boolean waits = isWaiting();
        if (waits && !slow && idleMillis >= PATIENCE_MILLIS) {
            slow = true;
            LOG.warn("sink {} has stored nothing for {} ms, {} messages wait", address, idleMillis, waitingMessages);
            listener.stalled(address);
        } else if (slow && (!waits || idleMillis < PATIENCE_MILLIS)) {
            slow = false;
            LOG.warn("sink {} stores again", address);
            listener.resumed(address);
        }
        if (waits) {
            planLook();
            return;
        }
        watched.set(false);
        if (isWaiting()) {
            watch(); // it came before the watch was seen to have ended
        }
    }

    private boolean isWaiting() {
        return waitingMessages.get() > 0 && !hasFailed() && !closing;
    }
}
