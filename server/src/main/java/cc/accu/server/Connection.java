package cc.accu.server;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.EventLoops;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.Books.Ledger;
import cc.accu.server.internal.deliver.TurnFlusher;
import cc.accu.server.internal.receive.Abort;
import cc.accu.server.internal.receive.AckWriter;
import cc.accu.server.internal.receive.AckWriter.AckListener;
import cc.accu.server.internal.receive.AckWriter.InFlight;
import cc.accu.server.internal.receive.AgeLimit;
import cc.accu.server.internal.receive.ConnectionEnd;
import cc.accu.server.internal.receive.Protocol;
import cc.accu.server.internal.receive.ReadGate;
import cc.accu.server.internal.receive.SendRate;
import cc.accu.server.internal.receive.Throttle;
import cc.accu.transport.Refused;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sender, from when it was accepted: batches in, acknowledgements out if it asked for them, and an end when its input
 * has ended and all of it is stored. Otherwise writes nothing: unread bytes at a plain sender would destroy what it has in
 * flight. Event-loop confined, but for what says otherwise.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final Channel channel;
    private final ReadGate gate;
    private final ListenOptions options;
    private final Connections.Shared shared;
    private final TurnFlusher flusher;
    private final Ledger ledger;
    private final ConnectionEnd end;
    private final Instant since = Instant.now();
    private final AtomicLong bytes = new AtomicLong();
    private volatile Origin origin;
    private volatile boolean acknowledged;
    private @Nullable AckWriter acks;
    private Consumer<AckWriter> whenGreeted = begun -> {};

    /** Whether the log says already why we end it. */
    private boolean endIsTold;

    private @Nullable Throttle throttle;
    private boolean draining;
    private boolean identified;

    /** Its handshake is to come; {@code origin} is what is known until then. */
    Connection(Channel channel, Origin origin, ReadGate gate, Connections.Acceptor listener) {
        this.channel = channel;
        this.origin = origin;
        this.gate = gate;
        this.options = listener.options();
        this.shared = listener.connections().shared();
        this.flusher = listener.connections().flusher(channel.eventLoop());
        this.ledger = shared.ledger().part();
        this.end = new ConnectionEnd(channel, gate, this::gone);
    }

    Channel channel() {
        return channel;
    }

    /** Where it comes from, as far as that is known, and what became of its messages. Any thread. */
    ConnectionState state() {
        return new ConnectionState(
                origin,
                since,
                ledger.books(),
                bytes.get(),
                acknowledged,
                gate.hold()
                        .map(hold ->
                                new ConnectionState.Held(hold.reason().toString(), Duration.ofNanos(hold.nanos()))));
    }

    ReadGate gate() {
        return gate;
    }

    /** It is known who is there. Called once, before any of its lines. */
    void identified(Origin known) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        origin = known;
        identified = true;
        gate.input().comesFrom(known);
        LOG.debug("{}: connected to {}", known.sender(), known.listener());
        shared.observer().connected(known);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            shared.observer().secured(known, tls.engine().getSession().getProtocol());
        }
        if (!options.maxAge().isZero()) {
            new AgeLimit(channel, gate, () -> acks == null, this::isTooOld).begin(options.maxAge());
        }
    }

    private void isTooOld() {
        LOG.debug("{}: ended for its age", origin.sender());
        refuse(AckLine.Code.SHUTTING_DOWN, "this connection is as old as it may get, connect anew");
    }

    /** No line of it is taken. */
    void turnAway(Origin known, Refused reason, String why) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        endIsTold = true;
        shared.refusals().refused(known.listener(), known.sender(), reason, why);
        switch (reason) {
            case TLS_FAILED -> endTls();
            case LEFT -> Abort.close(channel);
            default -> Abort.reset(channel);
        }
    }

    /** Behind the alert that tells why; a sender with whom TLS was agreed on would take our end for one in order. */
    private void endTls() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null && tls.handshakeFuture().isSuccess()) {
            Abort.reset(channel);
        } else {
            channel.close();
        }
    }

    /** Its sender does what no sender needs: it is closed, and what it has not finished is not taken. */
    void offended(String what) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        shared.log().offended(origin.sender(), what);
        gate.input().breakOff();
        Abort.reset(channel);
    }

    /** It may send no faster than all of these say, until the server stops. Called at most once, when it is known who is there. */
    void isLimitedTo(List<SendRate> rates) {
        if (draining) {
            return;
        }
        Throttle limiting = new Throttle(gate, rates);
        throttle = limiting;
        channel.pipeline().addBefore(LineInput.NAME, "rate", limiting);
    }

    /** A plain connection begins with what is for another port. Its bytes are lines all the same, but for those of TLS. */
    void speaks(Protocol protocol) {
        if (protocol == Protocol.TLS) {
            turnAway(origin, Refused.WRONG_PROTOCOL, protocol.advice());
        } else {
            shared.log().speaks(origin.listener(), origin.sender(), protocol);
        }
    }

    /** The sender did not ask for acknowledgements, and never hears anything. */
    void startPlain() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        end.isPlain();
        gate.setGreeting(false);
        gate.decide();
    }

    /** The sender asked for acknowledgements. */
    void startConversation() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        gate.setGreeting(false);
        AckListener told = (lines, nanos) -> shared.observer().acknowledged(origin, lines, nanos);
        AckWriter begun = new AckWriter(channel, end::closeIfDone, gate.input()::breakOff, told);
        acks = begun;
        acknowledged = true;
        end.comesAfter(begun);
        if (shared.sinks().hasFailed()) {
            tellThatASinkFailed(begun);
        } else {
            begun.welcome(new AckLine.Welcome(
                    shared.sinks().durability().toString(),
                    options.framing().maxLineBytes(),
                    shared.sinks().held().orElse("")));
            whenGreeted.accept(begun);
        }
    }

    /** A sink has failed. Any thread. */
    void sinkFailed() {
        EventLoops.execute(channel.eventLoop(), () -> {
            if (acks != null) {
                tellThatASinkFailed(acks);
            }
            gate.decide();
        });
    }

    private void tellThatASinkFailed(AckWriter open) {
        open.sinkFailed();
        LineInput.end(channel.pipeline(), End.SHUTDOWN);
    }

    /**
     * When its sender was last heard, in milliseconds since 1970, if it has a long unfinished line, which may be ended when
     * others have waited that long for its memory; else {@link Long#MAX_VALUE}. Any thread.
     */
    long silentSinceMillis(long othersWaitNanos) {
        long patience = options.unfinishedTimeout().toNanos();
        return patience > 0 && patience <= othersWaitNanos ? gate.silentSinceMillis() : Long.MAX_VALUE;
    }

    /** Ends a line that was not finished for so long that others wait for its memory. Any thread. */
    void endSilentLine() {
        EventLoops.execute(channel.eventLoop(), () -> {
            if (gate.silentSinceMillis() != Long.MAX_VALUE) {
                shared.log().ended(origin.sender());
                endIsTold = true;
                LineInput.end(channel.pipeline(), End.TIMEOUT);
            }
        });
    }

    /** Ends the conversation for a reason, and takes nothing more. */
    void refuse(AckLine.Code code, String text) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        whenGreeted = late -> late.refuse(code, text);
        if (acks != null) {
            whenGreeted.accept(acks);
        }
        LineInput.end(channel.pipeline(), End.SHUTDOWN);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        LineBatch batch = (LineBatch) message;
        ledger.received(batch.count());
        bytes.lazySet(bytes.get() + batch.bytes());
        shared.observer().received(batch);
        if (acks != null && AckWriter.isSentAgain(batch)) {
            discarded(Discarded.UNFINISHED, batch.count());
            batch.close();
            return;
        }
        InFlight inFlight = new InFlight(batch);
        gate.took(inFlight.heldBytes());
        if (acks != null) {
            acks.handedOver(inFlight);
        }
        flusher.accepted(batch.bytes(), acks != null);
        shared.sinks().accept(batch, failure -> settled(inFlight, failure == null));
        gate.decide();
    }

    private void discarded(Discarded reason, int lines) {
        ledger.discarded(reason, lines);
        shared.observer().discarded(origin, reason, lines);
    }

    /** Any thread. */
    private void settled(InFlight batch, boolean stored) {
        if (!channel.eventLoop().inEventLoop()) {
            EventLoops.execute(channel.eventLoop(), () -> settled(batch, stored));
            return;
        }
        batch.settled(stored);
        gate.gave(batch.heldBytes());
        if (stored) {
            ledger.stored(batch.lines());
            shared.observer().stored(origin, batch.lines());
        } else {
            end.lostInSink();
            discarded(Discarded.SINK_FAILED, batch.lines());
        }
        if (acks != null) {
            acks.advance();
            if (!stored && !end.inputHasEnded()) {
                LineInput.end(channel.pipeline(), End.SHUTDOWN);
            }
        }
        gate.decide();
        end.settled();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        end.readComplete();
        gate.account();
        gate.decide();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof LineInput.Dropped dropped) {
            dropped(dropped);
        } else if (event == End.TIMEOUT && !endIsTold) {
            shared.log().timedOut(origin.sender());
        } else if (event instanceof ChannelInputShutdownEvent) {
            end.inputEnded();
        }
    }

    private void dropped(LineInput.Dropped dropped) {
        int mostBytes = options.framing().maxLineBytes();
        ledger.received(1);
        discarded(Discarded.TOO_LONG, 1);
        shared.log().dropped(origin.sender(), dropped.number(), dropped.bytes(), mostBytes);
        if (dropped.inputEnded()) {
            if (acks != null) {
                acks.refuse(AckLine.Code.TOO_LONG, "a line has at most " + mostBytes + " bytes here");
            }
            end.inputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end.inputEnded();
    }

    private void gone() {
        if (identified) {
            LOG.debug("{}: disconnected", origin.sender());
            shared.observer().disconnected(origin, ledger.books());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!identified && cause instanceof SSLException) {
            return; // the handshake has told it
        }
        if (shared.log().failed(origin.sender(), cause)) {
            ctx.close();
        }
    }

    /** Takes what has arrived, then ends the input. Any thread; the channel closes when all of it is stored. */
    void drain() {
        EventLoops.execute(channel.eventLoop(), () -> {
            draining = true;
            if (throttle != null) {
                throttle.lift();
            }
            end.drain(() -> refuse(AckLine.Code.SHUTTING_DOWN, "the server is stopping"));
        });
    }
}
