package cc.accu.server;

import cc.accu.internal.process.BusyPoll;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.InheritedSockets;
import cc.accu.internal.transport.ReadBuffers;
import cc.accu.internal.transport.Transport;
import cc.accu.internal.transport.Transport.Listener;
import cc.accu.server.Books.Ledger;
import cc.accu.server.internal.deliver.SinkFanOut;
import cc.accu.server.internal.deliver.SinkFanOut.SinkListener;
import cc.accu.server.internal.receive.ConnectionLimit;
import cc.accu.server.internal.receive.ConnectionLog;
import cc.accu.server.internal.receive.ReadBudget;
import cc.accu.server.internal.receive.RefusedConnections;
import cc.accu.server.internal.tls.ServerTls;
import cc.accu.server.internal.tls.TlsListeners;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkState;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a {@link LineServer} consists of while it runs, put together and taken apart again in order. Any thread. */
final class RunningServer {
    private static final Logger LOG = LoggerFactory.getLogger(LineServer.class);

    private static final long MOST_RESERVED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_STOP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration drainTimeout;
    private final boolean mayBusyPoll;
    private final ServerLimits limits;
    private final SinkFanOut sinks;
    private final Ledger ledger = new Ledger();
    private final ConnectionLog log = new ConnectionLog();
    private final Connections connections;
    private final ReadBudget budget;
    private final RefusedConnections refusals;
    private final ConnectionLimit connectionLimit;
    private final EventLoops loops;
    private final List<Listener> listeners = new ArrayList<>();
    private final TlsListeners tls = new TlsListeners();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isDrained;
    private volatile @Nullable Books atDeadline;

    private RunningServer(LineServer.Builder builder, List<ListenOptions> listening, List<Sink> sinks) {
        this.loops = EventLoops.named("accu-io", builder.eventLoops);
        this.drainTimeout = builder.drainTimeout;
        this.mayBusyPoll = builder.busyPoll && Runtime.getRuntime().availableProcessors() > 1;
        int maxLineBytes = longestLine(listening);
        this.limits = limits(builder, listening);
        this.budget = new ReadBudget(
                new ReadBudget.Limits(
                        limits.bufferBytesBeside(sinks, maxLineBytes),
                        builder.windowBytes,
                        maxLineBytes,
                        patienceNanos(listening)),
                ReadBuffers::freeDirectBytes);
        Observers observers = new Observers(builder.observers);
        this.refusals = new RefusedConnections(observers::refused);
        this.sinks = new SinkFanOut(sinks, sinkListener(observers));
        this.connections = new Connections(
                budget,
                new Connections.Shared(this.sinks, ledger, observers, log, refusals),
                builder.handshakeAdditions,
                this::stayingAwake);
        this.connectionLimit = new ConnectionLimit(limits.maxConnections(), refusals);
    }

    private Runnable stayingAwake(EventExecutor loop) {
        BusyPoll poll = loops.busyPollOf(loop);
        return mayBusyPoll
                ? () -> {
                    poll.begin();
                    sinks.expectMore();
                }
                : () -> {};
    }

    private static int longestLine(List<ListenOptions> listening) {
        return listening.stream()
                .mapToInt(options -> options.framing().maxLineBytes())
                .max()
                .orElseThrow();
    }

    private static ServerLimits limits(LineServer.Builder builder, List<ListenOptions> listening) {
        return ServerLimits.fit(
                builder.bufferBytes,
                builder.maxConnections,
                longestLine(listening),
                listening.stream().anyMatch(options -> options.endpoint().isTls()));
    }

    /** As {@link LineServer.Builder#check}. */
    static void check(LineServer.Builder builder, List<ListenOptions> listening) {
        limits(builder, listening);
        try (TlsListeners tls = new TlsListeners()) {
            for (ListenOptions options : listening) {
                options.accessRules();
                if (options.endpoint().isTls()) {
                    tls.add(options.endpoint(), options.tls(), options.subjects());
                }
            }
        }
    }

    /** As {@link LineServer.Builder#start}, of options that were checked. */
    static RunningServer start(LineServer.Builder builder, List<ListenOptions> listening, List<Sink> sinks) {
        RunningServer server = new RunningServer(builder, listening, sinks);
        try {
            InheritedSockets inherited = InheritedSockets.of(builder.inheritedSockets);
            for (ListenOptions options : listening) {
                server.listen(options, builder.preferNative, inherited);
            }
            if (!inherited.left().isEmpty()) {
                throw new IllegalStateException("this process was handed sockets that no listener has the address of: "
                        + String.join(", ", inherited.left())
                        + "; name them as listeners, or take them out of the unit");
            }
            server.tls.watch();
            return server;
        } catch (RuntimeException failure) {
            server.abandonStart();
            throw failure;
        }
    }

    /** The least that one of them allows, as it is asked again and again from then on. */
    private static long patienceNanos(List<ListenOptions> listening) {
        return listening.stream()
                .mapToLong(options -> options.unfinishedTimeout().toNanos())
                .filter(nanos -> nanos > 0)
                .min()
                .orElse(0);
    }

    private SinkListener sinkListener(ServerObserver observer) {
        return new SinkListener() {
            @Override
            public void stored(String address, int lines, long bytes) {
                observer.sinkStored(address, lines, bytes);
            }

            @Override
            public void committed(String address, long bytes, long nanos) {
                observer.sinkCommitted(address, bytes, nanos);
            }

            @Override
            public void stalled(String address) {
                observer.sinkStalled(address);
            }

            @Override
            public void resumed(String address) {
                observer.sinkResumed(address);
            }

            @Override
            public void failed(String address, Throwable failure) {
                observer.sinkFailed(address, failure);
                connections.sinkFailed();
            }
        };
    }

    private void listen(ListenOptions options, boolean preferNative, InheritedSockets inherited) {
        OptionalInt open = inherited.take(options.endpoint());
        Transport transport = open.isPresent()
                ? Transport.inheriting(options.endpoint(), open.getAsInt())
                : Transport.of(options.endpoint(), preferNative);
        Optional<ServerTls> secured = options.endpoint().isTls()
                ? Optional.of(tls.add(options.endpoint(), options.tls(), options.subjects()))
                : Optional.empty();
        Connections.Acceptor acceptor = connections.acceptor(options, transport, connectionLimit, secured);
        Listener listener = transport.listen(loops, options.access(), acceptor.limit(), acceptor);
        listeners.add(listener);
        secured.ifPresent(own -> own.isBoundTo(listener.endpoint()));
        LOG.debug("bound {}", listener.endpoint());
    }

    List<Endpoint> endpoints() {
        return listeners.stream().map(Listener::endpoint).toList();
    }

    ServerLimits limits() {
        return limits;
    }

    Map<Refused, Long> refused() {
        return refusals.counts();
    }

    /** What became of the messages so far; when {@link #close} ran out of time, what it was then. */
    Books books() {
        Books last = atDeadline;
        return last == null ? ledger.books() : last;
    }

    List<SinkState> sinks() {
        return sinks.states();
    }

    List<ConnectionState> connections() {
        return connections.states();
    }

    long bufferedBytes() {
        return budget.usedBytes();
    }

    /** As {@link LineServer#held}. */
    Map<String, Duration> held() {
        Map<String, Duration> held = new TreeMap<>();
        budget.holdNanos().forEach((reason, nanos) -> held.put(reason.toString(), Duration.ofNanos(nanos)));
        for (ConnectionState each : connections.states()) {
            each.held().ifPresent(now -> held.merge(now.reason(), now.duration(), Duration::plus));
        }
        return held;
    }

    Map<Endpoint, Instant> certificates() {
        return tls.expiries();
    }

    boolean isResponsive(Duration most) throws InterruptedException {
        return loops.doTheirWork(most);
    }

    boolean isStopping() {
        return closing.get();
    }

    boolean isDrained() {
        return isDrained;
    }

    void reopenSinks() {
        sinks.reopen();
    }

    void reloadCertificates() {
        tls.reload();
    }

    void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /** As {@link LineServer#close}. */
    void close() {
        if (closing.compareAndSet(false, true)) {
            try {
                stop();
            } finally {
                closed.countDown();
            }
        } else {
            awaitQuietly();
        }
    }

    private void awaitQuietly() {
        try {
            awaitClosed();
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop() {
        long deadline = System.nanoTime() + drainTimeout.toNanos();
        // What sinks and loops need when the connections have used up their time.
        long connectionsDeadline = deadline - Math.min(drainTimeout.toNanos() / 4, MOST_RESERVED_NANOS);
        boolean drained = false;
        try {
            closeListeners(connectionsDeadline);
            connections.drain();
            drained = connections.awaitNone(connectionsDeadline);
            drained &= sinks.close(deadline);
            if (!drained) {
                atDeadline = books();
                sinks.giveUp();
            }
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
        connections.closeAll();
        loops.close(Duration.ofNanos(Math.max(LEAST_STOP_NANOS, deadline - System.nanoTime())));
        tls.close();
        connectionLimit.tellRest();
        refusals.tellRest();
        log.tellRest();
        long notStored = books().inFlight();
        if (!drained) {
            LOG.error("not drained within {} ms: {} messages not stored", drainTimeout.toMillis(), notStored);
        }
        isDrained = drained && notStored == 0;
    }

    private void closeListeners(long deadlineNanos) {
        for (int last = listeners.size() - 1; last >= 0; last--) {
            Listener listener = listeners.get(last);
            if (!listener.close(Duration.ofNanos(Math.max(LEAST_STOP_NANOS, deadlineNanos - System.nanoTime())))) {
                LOG.warn("{} is not closed yet; goes on stopping", listener.endpoint());
            }
        }
    }

    /** Closes whatever is open, without draining: nothing was accepted that could be lost. */
    private void abandonStart() {
        closing.set(true);
        long deadline = System.nanoTime() + drainTimeout.toNanos();
        try {
            closeListeners(deadline);
            connections.closeAll();
            loops.close(Duration.ofNanos(Math.max(LEAST_STOP_NANOS, deadline - System.nanoTime())));
            tls.close();
            sinks.close(deadline);
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        } finally {
            closed.countDown();
        }
    }
}
