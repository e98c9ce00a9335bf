package cc.accu.server;

import cc.accu.line.Line;
import cc.accu.line.LineFraming;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkState;
import cc.accu.server.sink.Sinks;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import cc.accu.transport.TlsOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Receives lines on any number of listeners and hands each to a sink. Running from {@link Builder#start} until
 * {@link #close}; its threads keep the process running. Any thread.
 */
public final class LineServer implements AutoCloseable {
    private final RunningServer running;

    private LineServer(RunningServer running) {
        this.running = running;
    }

    /** A server in the making: give it listeners, and a sink or a line handler. */
    public static Builder builder() {
        return new Builder();
    }

    /** The endpoints listened on, in the order given, with the real ports. */
    public List<Endpoint> endpoints() {
        return running.endpoints();
    }

    /** What it allows itself. */
    public ServerLimits limits() {
        return running.limits();
    }

    /** How many connections were turned away, by reason; reasons that did not happen are absent. */
    public Map<Refused, Long> refused() {
        return running.refused();
    }

    /** What became of the messages so far; when {@link #close} ran out of time, what it was then. */
    public Books books() {
        return running.books();
    }

    /** How each sink is doing, in the order given. */
    public List<SinkState> sinks() {
        return running.sinks();
    }

    /** The connections that are open, and what became of their messages. */
    public List<ConnectionState> connections() {
        return running.connections();
    }

    /** How much memory lines take that are with the sinks or not finished, of {@link ServerLimits#bufferBytes}, in bytes. */
    public long bufferedBytes() {
        return running.bufferedBytes();
    }

    /**
     * For how long senders were not read, all together, by reason as in {@link ConnectionState.Held}; those that are not read
     * now are counted up to now.
     */
    public Map<String, Duration> held() {
        return running.held();
    }

    /** When the certificates of listeners with TLS expire. */
    public Map<Endpoint, Instant> certificates() {
        return running.certificates();
    }

    /** Whether all of its event loops do what they are given within that time. Blocking, no longer than that. */
    public boolean isResponsive(Duration most) throws InterruptedException {
        return running.isResponsive(most);
    }

    /** Whether {@link #close} was called. */
    public boolean isStopping() {
        return running.isStopping();
    }

    /** Whether {@link #close} has stored all that had arrived, in time. False before. */
    public boolean isDrained() {
        return running.isDrained();
    }

    /** Opens the files of sinks again by name, because somebody, such as logrotate, has moved them. Does not wait. */
    public void reopenSinks() {
        running.reopenSinks();
    }

    /**
     * Reads the certificates of listeners with TLS again, for connections from now on. That happens by itself soon after
     * their files have changed. If they are no good, the old ones stay, and the log says why. Does not wait.
     */
    public void reloadCertificates() {
        running.reloadCertificates();
    }

    /** Blocks until {@link #close} has done its work, whoever called it. */
    public void awaitClosed() throws InterruptedException {
        running.awaitClosed();
    }

    /**
     * Drains: stops accepting, takes what has arrived, waits until the sinks have stored it, closes the connections and
     * the sinks. Blocking, at most about the drain timeout, which covers all of it; {@link Books#inFlight()} then says how
     * many messages were not stored in time. Each part is closed whatever becomes of the others. Called again, it waits
     * for the first call.
     */
    @Override
    public void close() {
        running.close();
    }

    /** What a server is made of. Not thread-safe. */
    public static final class Builder {
        private final List<Supplier<ListenOptions>> listeners = new ArrayList<>();
        private LineFraming framing = LineFraming.DEFAULT;
        long windowBytes = 4L * 1024 * 1024;
        long bufferBytes;
        int maxConnections;
        boolean preferNative;
        int inheritedSockets;
        Duration drainTimeout = Duration.ofSeconds(10);
        private Duration unfinishedTimeout = Duration.ofSeconds(10);
        boolean busyPoll = true;
        int eventLoops = Runtime.getRuntime().availableProcessors();
        final List<ServerObserver> observers = new ArrayList<>();
        Handshake.Additions handshakeAdditions = Handshake.Additions.NONE;
        private @Nullable Consumer<? super Line> handler;
        private final List<Sink> sinks = new ArrayList<>();
        private boolean acknowledging = true;
        private TlsOptions tls = TlsOptions.DEFAULT;

        private Builder() {}

        /** Adds a listener; at least one is needed. */
        public Builder listen(ListenOptions options) {
            listeners.add(() -> options);
            return this;
        }

        /** Adds a listener that has the {@link #framing} of this builder, and acknowledges as it says. */
        public Builder listen(Endpoint endpoint) {
            listeners.add(() -> {
                ListenOptions options =
                        ListenOptions.of(endpoint).framing(framing).acknowledging(acknowledging);
                return endpoint.isTls() ? options.tls(tls) : options;
            });
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

        /** As {@link ListenOptions#acknowledging}, for listeners given as an endpoint. Default: yes. */
        public Builder acknowledging(boolean offered) {
            this.acknowledging = offered;
            return this;
        }

        /** As {@link ListenOptions#tls}, for {@code tls} listeners given as an endpoint. Default: none, so that there can be none. */
        public Builder tls(TlsOptions certificates) {
            this.tls = certificates;
            return this;
        }

        /** As {@link ListenOptions#framing}, for listeners given as an endpoint. Default: {@link LineFraming#DEFAULT}. */
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

        /**
         * Whether threads stay awake, no longer than 1 ms, for what a sender waits for who sends one line at a time: it is
         * acknowledged sooner, for some of the processor's time. Default: yes. On a machine with one processor they never do.
         */
        public Builder busyPoll(boolean mayPoll) {
            this.busyPoll = mayPoll;
            return this;
        }

        /** How long {@link LineServer#close} waits for what is in flight. Default: 10 s. */
        public Builder drainTimeout(Duration timeout) {
            this.drainTimeout = timeout;
            return this;
        }

        /**
         * How many event loops, each with a thread, there are for each system interface in use: TCP and Unix sockets have
         * different ones. Default: as many as processors.
         */
        public Builder eventLoops(int loops) {
            this.eventLoops = (int) positive(loops, "number of event loops");
            return this;
        }

        /**
         * That many sockets, from descriptor 3 on, were handed to this process, bound and listening, as systemd does with those of
         * a socket unit (sd_listen_fds(3)). Listeners with their addresses take them; to have one that no listener takes is an
         * error. Linux only. Default: none.
         */
        public Builder inheritedSockets(int count) {
            this.inheritedSockets = count;
            return this;
        }

        /** One more who is told what happens. Default: nobody. */
        public Builder observer(ServerObserver serverObserver) {
            observers.add(serverObserver);
            return this;
        }

        /** For tests: what else belongs to a handshake. */
        Builder handshakeAdditions(Handshake.Additions additions) {
            this.handshakeAdditions = additions;
            return this;
        }

        /** A time of the listener's own holds beside the server's. */
        private ListenOptions withLimits(ListenOptions options) {
            Duration own = options.unfinishedTimeout();
            boolean isServers = own.isZero() || (!unfinishedTimeout.isZero() && unfinishedTimeout.compareTo(own) < 0);
            return isServers ? options.unfinishedTimeout(unfinishedTimeout) : options;
        }

        private static long positive(long value, String what) {
            if (value < 1) {
                throw new IllegalArgumentException("the " + what + " must be at least 1, not " + value);
            }
            return value;
        }

        private List<ListenOptions> listening() {
            return listeners.stream().map(Supplier::get).map(this::withLimits).toList();
        }

        /**
         * Looks whether {@link #start} may well succeed, without listening: at limits, certificates, users and groups; not at
         * addresses, which may be in use, nor at sinks. Blocking.
         *
         * @throws cc.accu.transport.ListenException as {@link #start}
         * @throws IllegalStateException as {@link #start}
         */
        public void check() {
            RunningServer.check(this, listening());
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
            if (listeners.isEmpty()) {
                throw new IllegalStateException("nothing to listen on: call listen(Endpoint.parse(\"tcp :3000\"))");
            }
            if (sinks.isEmpty() == (handler == null)) {
                throw new IllegalStateException("give the server either sinks or a line handler");
            }
            return new LineServer(RunningServer.start(
                    this, listening(), handler == null ? List.copyOf(sinks) : List.of(Sinks.handler(handler))));
        }
    }
}
