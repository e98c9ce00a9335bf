package cc.accu.server;

import cc.accu.internal.transport.DirectMemory;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Listener;
import cc.accu.internal.transport.Transport;
import cc.accu.line.Line;
import cc.accu.line.LineFraming;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.Sinks;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives lines on any number of listeners and hands each to a sink. Running from {@link Builder#start} until
 * {@link #close}; its threads keep the process running. Any thread.
 */
public final class LineServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LineServer.class);

    private static final long MOST_RESERVED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_STOP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration drainTimeout;
    private final ServerLimits limits;
    private final Intake intake;
    private final Connections connections;
    private final Admission admission;
    private final EventLoops loops =
            EventLoops.named("accu-io", Runtime.getRuntime().availableProcessors());
    private final List<Listener> listeners = new ArrayList<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isDrained;
    private volatile @Nullable Books atDeadline;

    private LineServer(Builder builder, List<Sink> sinks) {
        ServerObserver observer = new CaughtObserver(builder.observer);
        this.drainTimeout = builder.drainTimeout;
        this.limits = builder.limits();
        ReadBudget budget = new ReadBudget(
                limits.bufferBytes(),
                builder.framing.maxLineBytes(),
                builder.unfinishedTimeout.toNanos(),
                DirectMemory::freeBytes);
        this.intake = new Intake(sinks, builder.windowBytes, budget, observer, this::sinkHasFailed);
        this.connections = new Connections(builder.framing, builder.acknowledging, intake);
        this.admission = new Admission(limits.maxConnections(), observer);
    }

    private void sinkHasFailed() {
        connections.sinkFailed();
    }

    /** A server in the making: give it listeners, and a sink or a line handler. */
    public static Builder builder() {
        return new Builder();
    }

    private void listen(Endpoint endpoint, boolean preferNative) {
        Transport transport = Transport.of(endpoint, preferNative);
        Listener listener = transport.listen(loops, admission, new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                admission.admitted(channel);
                connections.add(channel, transport);
            }
        });
        listeners.add(listener);
        LOG.debug("bound {}", listener.endpoint());
    }

    /** The endpoints listened on, in the order given, with the real ports. */
    public List<Endpoint> endpoints() {
        return listeners.stream().map(Listener::endpoint).toList();
    }

    /** What it allows itself. */
    public ServerLimits limits() {
        return limits;
    }

    /** Connections that were closed at once, because there were too many. */
    public long refusedConnections() {
        return admission.refused();
    }

    /** What became of the messages so far; when {@link #close} ran out of time, what it was then. */
    public Books books() {
        Books last = atDeadline;
        return last == null ? intake.ledger().books() : last;
    }

    /** How each sink is doing, in the order given. */
    public List<SinkState> sinks() {
        return intake.outlets().states();
    }

    /** The connections that are open, and what became of their messages. */
    public List<ConnectionState> connections() {
        return connections.states();
    }

    /** Whether {@link #close} has stored all that had arrived, in time. False before. */
    public boolean isDrained() {
        return isDrained;
    }

    /** Opens the files of sinks again by name, because somebody, such as logrotate, has moved them. Does not wait. */
    public void reopenSinks() {
        intake.outlets().reopen();
    }

    /** Blocks until {@link #close} has done its work, whoever called it. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /**
     * Drains: stops accepting, takes what has arrived, waits until the sinks have stored it, closes the connections and
     * the sinks. Blocking, at most about the drain timeout, which covers all of it; {@link Books#inFlight()} then says how
     * many messages were not stored in time. Each part is closed whatever becomes of the others. Called again, it waits
     * for the first call.
     */
    @Override
    public void close() {
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
            drained &= intake.outlets().close(deadline);
            if (!drained) {
                atDeadline = books();
                intake.outlets().giveUp();
            }
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
        connections.closeAll();
        loops.close(Duration.ofNanos(Math.max(LEAST_STOP_NANOS, deadline - System.nanoTime())));
        admission.tellRest();
        intake.tellRest();
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
            intake.outlets().close(deadline);
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        } finally {
            closed.countDown();
        }
    }

    /** What a server is made of. Not thread-safe. */
    public static final class Builder {
        private static final long DEFAULT_WINDOW_BYTES = 4L * 1024 * 1024;

        private final List<Endpoint> endpoints = new ArrayList<>();
        private LineFraming framing = LineFraming.DEFAULT;
        private long windowBytes = DEFAULT_WINDOW_BYTES;
        private long bufferBytes;
        private int maxConnections;
        private boolean preferNative;
        private Duration drainTimeout = Duration.ofSeconds(10);
        private Duration unfinishedTimeout = Duration.ofSeconds(10);
        private ServerObserver observer = ServerObserver.NONE;
        private @Nullable Consumer<? super Line> handler;
        private final List<Sink> sinks = new ArrayList<>();
        private boolean acknowledging = true;

        private Builder() {}

        /** Adds a listener; at least one is needed. */
        public Builder listen(Endpoint endpoint) {
            endpoints.add(endpoint);
            return this;
        }

        /**
         * Calls {@code lineHandler} for each line, one at a time, on one thread of its own; the lines of a connection
         * come in order. When it throws, the sink has failed for good. In place of a sink.
         */
        public Builder onLine(Consumer<? super Line> lineHandler) {
            this.handler = lineHandler;
            return this;
        }

        /**
         * Hands batches of lines to {@code target}, which the server owns from {@link #start} on. With several sinks, each
         * gets every line, and a line is stored when all have it.
         */
        public Builder sink(Sink target) {
            sinks.add(target);
            return this;
        }

        /** Whether senders who start with {@code accu/1} are told what is stored. Default: yes. */
        public Builder acknowledging(boolean offered) {
            this.acknowledging = offered;
            return this;
        }

        /** The limits for lines, and read deadlines. Default: {@link LineFraming#DEFAULT}. */
        public Builder framing(LineFraming lineFraming) {
            this.framing = lineFraming;
            return this;
        }

        /** How much of one connection may be with the sink before reading from it stops, in bytes. Default: 4 MiB. */
        public Builder windowBytes(long bytes) {
            this.windowBytes = positive(bytes, "window");
            return this;
        }

        /**
         * How much memory the lines of all connections together may take, in bytes: those that are with the sinks, and
         * those that are not finished. Default: 64 MiB, or what the JVM's memory allows if that is less.
         */
        public Builder bufferBytes(long bytes) {
            this.bufferBytes = positive(bytes, "buffer");
            return this;
        }

        /**
         * How long unfinished lines may fill the buffer while other senders wait; then the one that was silent longest is
         * ended, as by a read timeout, and so on. Zero for ever. Default: 10 s.
         */
        public Builder unfinishedTimeout(Duration timeout) {
            this.unfinishedTimeout = timeout;
            return this;
        }

        /**
         * How many connections may be open. Default: what the limit on open files allows, less a reserve, or what the
         * JVM's memory allows if that is less.
         */
        public Builder maxConnections(int connections) {
            this.maxConnections = (int) positive(connections, "number of connections");
            return this;
        }

        /** Whether TCP runs on epoll or kqueue, where the machine has it, in place of NIO. Default: no. */
        public Builder preferNative(boolean prefer) {
            this.preferNative = prefer;
            return this;
        }

        /** How long {@link LineServer#close} waits for what is in flight. Default: 10 s. */
        public Builder drainTimeout(Duration timeout) {
            this.drainTimeout = timeout;
            return this;
        }

        /** Who is told what happens. Default: nobody. */
        public Builder observer(ServerObserver serverObserver) {
            this.observer = serverObserver;
            return this;
        }

        private ServerLimits limits() {
            return ServerLimits.fit(bufferBytes, maxConnections, framing.maxLineBytes());
        }

        private static long positive(long value, String what) {
            if (value < 1) {
                throw new IllegalArgumentException("the " + what + " must be at least 1, not " + value);
            }
            return value;
        }

        /**
         * Binds all listeners and starts: all of them or none. Blocking.
         *
         * @throws cc.accu.transport.ListenException when an endpoint cannot be had; everything is closed again then,
         *     the sink included
         * @throws IllegalStateException without a listener, without either sinks or a line handler, or when the limits do
         *     not fit into this JVM's memory; sinks are not closed then
         */
        public LineServer start() {
            if (endpoints.isEmpty()) {
                throw new IllegalStateException("nothing to listen on: call listen(Endpoint.parse(\"tcp :3000\"))");
            }
            if (sinks.isEmpty() == (handler == null)) {
                throw new IllegalStateException("give the server either sinks or a line handler");
            }
            LineServer server =
                    new LineServer(this, handler == null ? List.copyOf(sinks) : List.of(Sinks.handler(handler)));
            try {
                for (Endpoint endpoint : endpoints) {
                    server.listen(endpoint, preferNative);
                }
                return server;
            } catch (RuntimeException failure) {
                server.abandonStart();
                throw failure;
            }
        }
    }
}
