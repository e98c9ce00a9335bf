package cc.accu.server;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.Transport;
import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.server.internal.access.AccessStep;
import cc.accu.server.internal.access.ProxyStep;
import cc.accu.server.internal.receive.AckGreeting;
import cc.accu.server.internal.receive.FirstBytes;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.server.internal.receive.PeerStep;
import cc.accu.server.internal.receive.Protocol;
import cc.accu.server.internal.receive.SendRate;
import cc.accu.server.internal.tls.TlsHelloStep;
import cc.accu.server.internal.tls.TlsPeerStep;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
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
    private Duration timeout = Duration.ZERO;
    private boolean over;
    private final List<SendRate> rates = new ArrayList<>();
    private Set<Protocol> wrongProtocols = Set.of();
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
    private List<HandshakeStep> identitySteps(Connections.Acceptor listener) {
        List<HandshakeStep> all = new ArrayList<>();
        all.add(new SocketPeer(listener.transport(), channel));
        listener.options().balancers().ifPresent(balancers -> all.add(new ProxyStep(balancers)));
        listener.rules().ifPresent(rules -> all.add(new AccessStep(rules)));
        if (listener.peers().areLimited()) {
            all.add(new PeerStep(listener.peers(), channel, rates::add));
        }
        listener.tls().ifPresent(tls -> {
            connection.gate().setTls();
            all.add(new TlsHelloStep(
                    tls, channel, tlsConnection(listener.options().acknowledging())));
            all.add(new TlsPeerStep(tls, channel));
        });
        return all;
    }

    private TlsHelloStep.Connection tlsConnection(boolean conversations) {
        return new TlsHelloStep.Connection(
                connection.gate().input(), conversations, connection.gate()::tlsHolds, connection::offended);
    }

    /** Adds what is needed to a pipeline that has framing and connection, and begins. */
    void begin(Connections.Acceptor listener) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        if (listener.options().acknowledging()) {
            channel.pipeline()
                    .addAfter(
                            LineInput.NAME,
                            "greeting",
                            new AckGreeting(connection.gate().input(), this));
            connection.gate().setGreeting(true);
        }
        Endpoint endpoint = listener.options().endpoint();
        if (endpoint instanceof Endpoint.Tcp) {
            wrongProtocols = endpoint.isTls() ? Protocol.IN_TLS : Protocol.ANY;
        }
        connection.gate().setIdentifying(true);
        timeout = listener.options().handshakeTimeout();
        rates.add(listener.options().rate().newRate());
        steps.addAll(identitySteps(listener));
        steps.addAll(additions.steps().get());
        next();
        startDeadline();
    }

    private void startDeadline() {
        if (!over && channel.isOpen() && deadline == null && !timeout.isZero()) {
            deadline = channel.eventLoop().schedule(this::timeOut, timeout.toNanos(), TimeUnit.NANOSECONDS);
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
        over = true;
        cancelDeadline();
        connection.gate().setIdentifying(false);
        connection.identified(origin);
        if (!wrongProtocols.isEmpty()) {
            channel.pipeline().addBefore(LineInput.NAME, null, new FirstBytes(wrongProtocols, connection::speaks));
        }
        rates.removeIf(rate -> !rate.isLimited());
        if (!rates.isEmpty()) {
            connection.isLimitedTo(rates);
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void refused(Origin known, Refused reason, String why) {
        over = true;
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
        startDeadline();
    }

    @Override
    public void mayStaySilent() {
        cancelDeadline();
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
