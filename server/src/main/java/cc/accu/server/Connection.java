package cc.accu.server;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineDropped;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.ReadPausedException;
import cc.accu.internal.transport.Reason;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sender: batches in, acknowledgements out if it asked for them, and an end when its input has ended and all of it is
 * stored. Otherwise writes nothing: unread bytes at a plain sender would destroy what it has in flight. Event-loop
 * confined, but for {@link #drain} and {@link #state}.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** A sender with nothing to read for this long, while the server stops, has nothing more under way to us. */
    private static final long QUIET_MILLIS = 20;

    /** More rounds of reading than any receive buffer lasts for: whatever comes later was sent after the stop. */
    private static final int MOST_DRAIN_ROUNDS = 32;

    private final Channel channel;
    private final Origin origin;
    private final int maxLineBytes;
    private final LineInput input;
    private final Intake intake;
    private final Account account;
    private final ReadGate gate;
    private final Round round;
    private final Farewell farewell;
    private @Nullable Conversation conversation;
    private boolean inputEnded;
    private boolean lostInSink;
    private boolean stopping;
    private boolean gone;
    private boolean endedForOthers;
    private int readRounds;

    Connection(Channel channel, Origin origin, int maxLineBytes, LineInput input, Intake intake) {
        this.channel = channel;
        this.origin = origin;
        this.maxLineBytes = maxLineBytes;
        this.input = input;
        this.intake = intake;
        this.account = new Account(origin, intake);
        this.gate = new ReadGate(channel, input, intake);
        this.round = intake.round(channel.eventLoop());
        this.farewell = new Farewell(channel, gate::readOn, this::left);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        LOG.debug("{}: connected to {}", origin.peer(), origin.listener());
        intake.observer().connected(origin);
    }

    /** Where it comes from and what became of its messages. Any thread. */
    ConnectionState state() {
        return new ConnectionState(origin, account.books());
    }

    ReadGate gate() {
        return gate;
    }

    /** The sender did not ask for acknowledgements, and never hears anything. */
    void startPlain() {
        gate.setGreeting(false);
        gate.decide();
    }

    /** The sender asked for acknowledgements. */
    void startConversation() {
        gate.setGreeting(false);
        Conversation begun = new Conversation(channel, this::closeIfDone, input::breakOff);
        conversation = begun;
        if (intake.sinkHasFailed()) {
            tellThatASinkFailed(begun);
        } else {
            begun.welcome(new AckLine.Welcome(
                    intake.outlets().durability().toString(),
                    maxLineBytes,
                    intake.outlets().held().orElse("")));
        }
    }

    /** A sink has failed. Any thread. */
    void sinkFailed() {
        channel.eventLoop().execute(() -> {
            if (conversation != null) {
                tellThatASinkFailed(conversation);
            }
            gate.decide();
        });
    }

    private void tellThatASinkFailed(Conversation open) {
        open.sinkFailed();
        LineInput.end(channel.pipeline(), End.SHUTDOWN);
    }

    /** Ends a line that was not finished for so long that others wait for its memory. Any thread. */
    void endSilentLine() {
        channel.eventLoop().execute(() -> {
            if (gate.silentSinceMillis() != Long.MAX_VALUE) {
                intake.endedLines()
                        .happened(times -> LOG.warn(
                                "{}: its unfinished line was ended: unfinished lines fill the buffer, and this sender was"
                                        + " silent longest ({} such since the last report)",
                                origin.peer(),
                                times));
                endedForOthers = true;
                LineInput.end(channel.pipeline(), End.TIMEOUT);
            }
        });
    }

    /** Ends the conversation for a reason, and takes nothing more. */
    void refuse(AckLine.Code code, String text) {
        if (conversation != null) {
            conversation.refuse(code, text);
        }
        LineInput.end(channel.pipeline(), End.SHUTDOWN);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        LineBatch batch = (LineBatch) message;
        account.received(batch);
        if (conversation != null && isLostEnd(batch)) {
            account.discarded(Discarded.UNFINISHED, batch.count());
            batch.close();
            return;
        }
        Delivery delivery = new Delivery(batch);
        gate.took(delivery.heldBytes);
        if (conversation != null) {
            conversation.handedOver(delivery);
        }
        round.accepted(batch.bytes(), conversation != null);
        intake.outlets().accept(batch, failure -> settled(delivery, failure == null));
        gate.decide();
    }

    /** A line that was cut short, whose sender knows that it was never acknowledged, and sends it again. */
    private static boolean isLostEnd(LineBatch batch) {
        return batch.end().filter(end -> end != End.EOF).isPresent();
    }

    private void settled(Delivery delivery, boolean stored) {
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> settled(delivery, stored));
            return;
        }
        delivery.outcome = stored ? Delivery.Outcome.STORED : Delivery.Outcome.FAILED;
        gate.gave(delivery.heldBytes);
        if (stored) {
            account.stored(delivery.lines);
        } else {
            lostInSink = true;
            account.discarded(Discarded.SINK_FAILED, delivery.lines);
        }
        if (conversation != null) {
            conversation.advance();
            if (!stored && !inputEnded) {
                LineInput.end(channel.pipeline(), End.SHUTDOWN);
            }
        }
        gate.decide();
        closeIfDone();
        tellIfGone();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readRounds++;
        gate.account();
        gate.decide();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof LineDropped dropped) {
            dropped(dropped);
        } else if (event instanceof End end && end == End.TIMEOUT && !endedForOthers) {
            intake.timeouts()
                    .happened(times -> LOG.warn(
                            "{}: i/o timeout, connection closed ({} such since the last report)",
                            origin.peer(),
                            times));
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputEnded();
        }
    }

    private void dropped(LineDropped dropped) {
        account.dropped();
        intake.longLines()
                .happened(times -> LOG.warn(
                        "{}: dropped line {} of {} bytes, longer than --max-line ({} such since the last report)",
                        origin.peer(),
                        dropped.number(),
                        dropped.bytes(),
                        times));
        if (dropped.inputEnded()) {
            if (conversation != null) {
                conversation.refuse(AckLine.Code.TOO_LONG, "a line has at most " + maxLineBytes + " bytes here");
            }
            inputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        inputEnded();
    }

    private void inputEnded() {
        inputEnded = true;
        gate.end();
        closeIfDone();
    }

    private void closeIfDone() {
        boolean over = conversation != null && conversation.isOver();
        if (!inputEnded || !(over || gate.holdsNothing())) {
            return;
        }
        if (conversation == null) {
            leavePlain();
        } else if (!conversation.isSilent()) {
            farewell.leaveSoon();
        } else if (hasPeerEnded()) {
            farewell.leave();
        } else {
            farewell.linger();
        }
    }

    /** An end in order tells a plain sender that all was taken: where that is not so it is held, and reset when we stop. */
    private void leavePlain() {
        if (!lostInSink || !channel.isActive()) {
            farewell.leave();
        } else if (stopping) {
            farewell.reset();
        }
    }

    private boolean hasPeerEnded() {
        return !channel.isActive() || ((DuplexChannel) channel).isInputShutdown();
    }

    private void left() {
        gone = true;
        tellIfGone();
    }

    private void tellIfGone() {
        if (gone && gate.holdsNothing()) {
            gone = false;
            LOG.debug("{}: disconnected", origin.peer());
            intake.observer().disconnected(origin, account.books());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ReadPausedException) {
            return;
        }
        if (cause instanceof IOException) {
            LOG.debug("{}: {}", origin.peer(), cause.getMessage());
        } else if (cause instanceof ChannelException && cause.getCause() instanceof IOException) {
            LOG.debug("{}: connection closed", origin.peer(), cause); // a system call of the native transport
            ctx.close();
        } else if (cause instanceof OutOfMemoryError) {
            intake.shortages()
                    .happened(times -> LOG.warn(
                            "{}: no memory for what was read ({}), connection closed ({} such since the last report)",
                            origin.peer(),
                            Reason.describe(cause),
                            times));
            ctx.close();
        } else {
            intake.surprises()
                    .happened(times -> LOG.error(
                            "{}: unexpected failure, connection closed ({} such since the last report)",
                            origin.peer(),
                            times,
                            cause));
            ctx.close();
        }
    }

    /** Takes what has arrived, then ends the input. Any thread; the channel closes when all of it is stored. */
    void drain() {
        channel.eventLoop().execute(() -> {
            stopping = true;
            closeIfDone();
            drainRound(readRounds, readRounds + MOST_DRAIN_ROUNDS);
        });
    }

    private void drainRound(int roundsBefore, int lastRound) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            boolean quiet = gate.isOpen() && readRounds == roundsBefore;
                            if (inputEnded) {
                                return;
                            }
                            if (quiet || gate.isStuck() || readRounds >= lastRound || intake.sinkHasFailed()) {
                                refuse(AckLine.Code.SHUTTING_DOWN, "the server is stopping");
                            } else {
                                drainRound(readRounds, lastRound);
                            }
                        },
                        QUIET_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
