package cc.accu.server;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.Transport;
import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.AckGreeting;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.server.internal.tls.ServerTls;
import cc.accu.server.internal.tls.TlsHelloStep;
import cc.accu.server.internal.tls.TlsPeerStep;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What comes between accepting a connection and its first line: the steps that find out who is there, one after the other,
 * in front of the framing and within a deadline of their own; then the greeting, behind it, which has no deadline but those
 * for lines. Each step leaves the pipeline when it is complete. Event-loop confined.
 */
final class Handshake implements HandshakeStep.Progress, AckGreeting.Sender {
    private final Channel channel;
    private final Connection connection;
    private final Additions additions;
    private final Queue<HandshakeStep> steps = new ArrayDeque<>();
    private Origin origin;
    private boolean identified;
    private @Nullable Future<?> deadline;

    /** What is added to the handshakes of a server: by tests. */
    record Additions(Supplier<List<HandshakeStep>> steps, Consumer<Runnable> answers) {
        static final Additions NONE = new Additions(List::of, Runnable::run);
    }

    Handshake(Connection connection, Origin origin, Additions additions) {
        this.channel = connection.channel();
        this.connection = connection;
        this.origin = origin;
        this.additions = additions;
    }

    /** The steps that find out who is there, in order. A new one is a line here. */
    private List<HandshakeStep> identitySteps(Transport transport, Optional<ServerTls> tls, boolean conversations) {
        List<HandshakeStep> all = new ArrayList<>();
        all.add(new SocketPeer(transport, channel));
        tls.ifPresent(own -> {
            connection.gate().setTls();
            all.add(new TlsHelloStep(own, channel, tlsConnection(conversations)));
            all.add(new TlsPeerStep(own, channel));
        });
        return all;
    }

    private TlsHelloStep.Connection tlsConnection(boolean conversations) {
        return new TlsHelloStep.Connection(
                connection.gate().input(), conversations, connection.gate()::tlsHolds, connection::offended);
    }

    /** Adds what is needed to a pipeline that has framing and connection, and begins. */
    void begin(ListenOptions options, Transport transport, Optional<ServerTls> tls) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        if (options.acknowledging()) {
            channel.pipeline()
                    .addAfter(
                            LineInput.NAME,
                            "greeting",
                            new AckGreeting(connection.gate().input(), this));
            connection.gate().setGreeting(true);
        }
        connection.gate().setIdentifying(true);
        steps.addAll(identitySteps(transport, tls, options.acknowledging()));
        steps.addAll(additions.steps().get());
        next();
        long nanos = options.handshakeTimeout().toNanos();
        if (!identified && nanos > 0) {
            deadline = channel.eventLoop().schedule(this::timeOut, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void timeOut() {
        LineInput.end(channel.pipeline(), End.TIMEOUT);
    }

    private void next() {
        HandshakeStep step = steps.poll();
        if (step == null) {
            identified();
            return;
        }
        step.begin(origin, this);
        channel.pipeline().addBefore(LineInput.NAME, null, step);
    }

    private void identified() {
        identified = true;
        cancelDeadline();
        connection.gate().setIdentifying(false);
        connection.identified(origin);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void refused(Origin known, Refused reason, String why) {
        cancelDeadline();
        holds(0);
        connection.turnAway(known, reason, why);
    }

    @Override
    public void holds(int bytes) {
        connection.gate().handshakeHolds(bytes);
    }

    /** The next step, or the framing, is then right behind the one that is complete. */
    @Override
    public void completed(HandshakeStep step, Origin known) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        origin = known;
        holds(0);
        next();
    }

    @Override
    public void isPlain() {
        connection.startPlain();
    }

    /** Nothing has to be asked for it: it is answered at once. */
    @Override
    public void greets(Runnable answered) {
        additions.answers().accept(answered);
    }

    @Override
    public void isWelcome() {
        holds(0);
        connection.startConversation();
    }

    @Override
    public void isNotUnderstood() {
        connection.startConversation();
        connection.refuse(AckLine.Code.BAD_HELLO, "this server knows " + AckLine.HELLO + " without parameters");
    }

    /** The first step: what the socket tells about its other end, at once. */
    private static final class SocketPeer extends HandshakeStep {
        private final Transport transport;
        private final Channel channel;

        SocketPeer(Transport transport, Channel channel) {
            this.transport = transport;
            this.channel = channel;
        }

        @Override
        protected void look(Origin soFar, ByteBuf arrived) {
            complete(transport.origin(soFar.listener(), channel));
        }
    }
}
