package cc.accu.server;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.LineDropped;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sender: batches in, and an end when its input has ended and all of it is stored. Reading stops while too much is
 * with the sink. Writes nothing: unread bytes at a plain sender would destroy what it has in flight. Event-loop
 * confined, but for {@link #drain}.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** A sender with nothing to read for this long, while the server stops, has nothing more under way to us. */
    private static final long QUIET_MILLIS = 20;

    /** More rounds of reading than any receive buffer lasts for: whatever comes later was sent after the stop. */
    private static final int MOST_DRAIN_ROUNDS = 32;

    private final Origin origin;
    private final Intake intake;
    private @Nullable ChannelHandlerContext ctx;
    private long heldBytes;
    private boolean inputEnded;
    private boolean waitingForBudget;
    private boolean gone;
    private int readRounds;

    Connection(Origin origin, Intake intake) {
        this.origin = origin;
        this.intake = intake;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        LOG.debug("{}: connected to {}", origin.peer(), origin.listener());
        intake.observer().connected(origin);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof LineBatch batch)) {
            ReferenceCountUtil.release(message);
            throw new IllegalStateException("not a batch of lines: " + message.getClass());
        }
        int lines = batch.count();
        int held = batch.heldBytes();
        heldBytes += held;
        intake.budget().take(held);
        CompletableFuture<Void> stored = intake.accept(batch).toCompletableFuture();
        if (stored.isDone() && !stored.isCompletedExceptionally()) {
            settled(lines, held, null);
        } else {
            stored.whenComplete((done, failure) -> context.executor().execute(() -> settled(lines, held, failure)));
        }
        decideReading();
    }

    private void settled(int lines, int held, @Nullable Throwable failure) {
        heldBytes -= held;
        intake.budget().give(held);
        if (failure == null) {
            intake.ledger().stored(lines);
            intake.observer().stored(origin, lines);
        } else {
            discard(Discarded.SINK_FAILED, lines);
            intake.sinkFailed(failure);
        }
        decideReading();
        closeIfDone();
    }

    private void discard(Discarded reason, int lines) {
        intake.ledger().discarded(reason, lines);
        intake.observer().discarded(origin, reason, lines);
    }

    /**
     * Stops reading over the limits, goes on at half of them; a failed sink holds its senders for good. An input that
     * has ended stays as it is: epoll has forgotten a socket without interests, and reading it would be an error.
     */
    private void decideReading() {
        if (gone || inputEnded) {
            return;
        }
        boolean reading = channel().config().isAutoRead();
        if (reading && intake.budget().isSpent()) {
            channel().config().setAutoRead(false);
            waitForBudget();
        } else if (reading
                && (heldBytes > intake.windowBytes() || intake.sinkHasFailed().get())) {
            channel().config().setAutoRead(false);
        } else if (!reading
                && !waitingForBudget
                && heldBytes <= intake.windowBytes() / 2
                && !intake.sinkHasFailed().get()) {
            channel().config().setAutoRead(true);
        }
    }

    private void waitForBudget() {
        waitingForBudget = true;
        intake.budget()
                .whenFree(() -> context().executor().execute(() -> {
                    waitingForBudget = false;
                    decideReading();
                }));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readRounds++;
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof LineDropped dropped) {
            intake.ledger().received(1);
            discard(Discarded.TOO_LONG, 1);
            intake.longLines()
                    .happened(times -> LOG.warn(
                            "{}: dropped line {} of {} bytes, longer than --max-line ({} such since the last report)",
                            origin.peer(),
                            dropped.number(),
                            dropped.bytes(),
                            times));
            if (dropped.inputEnded()) {
                inputEnded();
            }
        } else if (event instanceof End end && end == End.TIMEOUT) {
            intake.timeouts()
                    .happened(times -> LOG.warn(
                            "{}: i/o timeout, connection closed ({} such since the last report)",
                            origin.peer(),
                            times));
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnded();
    }

    private void inputEnded() {
        inputEnded = true;
        closeIfDone();
    }

    private void closeIfDone() {
        if (inputEnded && heldBytes == 0 && !gone) {
            gone = true;
            channel().close();
            LOG.debug("{}: disconnected", origin.peer());
            intake.observer().disconnected(origin);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{}: {}", origin.peer(), cause.getMessage());
        } else {
            LOG.error("{}: unexpected failure, connection closed", origin.peer(), cause);
            context.close();
        }
    }

    /** Takes what has arrived, then ends the input. Any thread; the channel closes when all of it is stored. */
    void drain() {
        context().executor().execute(() -> drainRound(readRounds, readRounds + MOST_DRAIN_ROUNDS));
    }

    private void drainRound(int roundsBefore, int lastRound) {
        context()
                .executor()
                .schedule(
                        () -> {
                            boolean quiet = channel().config().isAutoRead() && readRounds == roundsBefore;
                            if (inputEnded) {
                                return;
                            }
                            if (quiet
                                    || readRounds >= lastRound
                                    || intake.sinkHasFailed().get()) {
                                LineFraming.end(channel().pipeline(), End.SHUTDOWN);
                            } else {
                                drainRound(readRounds, lastRound);
                            }
                        },
                        QUIET_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx, "not in a pipeline yet");
    }

    private Channel channel() {
        return context().channel();
    }
}
