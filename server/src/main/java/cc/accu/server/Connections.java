package cc.accu.server;

import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.ReadBuffers;
import cc.accu.internal.transport.Transport;
import cc.accu.line.Origin;
import cc.accu.server.Books.Ledger;
import cc.accu.server.internal.access.AccessRules;
import cc.accu.server.internal.deliver.SinkFanOut;
import cc.accu.server.internal.deliver.TurnFlusher;
import cc.accu.server.internal.receive.ConnectionLimit;
import cc.accu.server.internal.receive.ConnectionLog;
import cc.accu.server.internal.receive.Peers;
import cc.accu.server.internal.receive.ReadBudget;
import cc.accu.server.internal.receive.ReadGate;
import cc.accu.server.internal.receive.RefusedConnections;
import cc.accu.server.internal.tls.ServerTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.EventExecutor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The open connections of a server. Any thread. */
final class Connections {
    /** Who waits to be read looks as silent as who has gone: that is soon over for him. */
    private static final long MAY_BE_GONE_MILLIS = 10_000;

    private final ReadBudget budget;
    private final Shared shared;
    private final Handshake.Additions additions;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong awaitedAt = new AtomicLong(System.nanoTime() - TimeUnit.HOURS.toNanos(1));
    private final Map<EventExecutor, TurnFlusher> flushers = new ConcurrentHashMap<>();
    private final Function<EventExecutor, Runnable> awake;
    private volatile boolean draining;

    /** What all connections of a server give their messages and their news to. */
    record Shared(
            SinkFanOut sinks, Ledger ledger, ServerObserver observer, ConnectionLog log, RefusedConnections refusals) {}

    /** @param awake what has an event loop and the sinks wait awake for a moment */
    Connections(
            ReadBudget budget, Shared shared, Handshake.Additions additions, Function<EventExecutor, Runnable> awake) {
        this.budget = budget;
        this.awake = awake;
        this.shared = shared;
        this.additions = additions;
        budget.whenStuck(this::endLongestSilentLines);
    }

    Shared shared() {
        return shared;
    }

    /**
     * What makes a connection of each channel that one listener accepts. Blocking, where users have names.
     *
     * @throws cc.accu.transport.ListenException when one of them is not known
     */
    Acceptor acceptor(ListenOptions options, Transport transport, ConnectionLimit limit, Optional<ServerTls> tls) {
        return new Acceptor(options, transport, limit, tls);
    }

    /** Of one listener. Any thread. */
    final class Acceptor extends ChannelInitializer<Channel> {
        private final ListenOptions options;
        private final Transport transport;
        private final Optional<AccessRules> rules;
        private final ConnectionLimit.OfListener limit;
        private final Optional<ServerTls> tls;
        private final Peers peers;
        private volatile @Nullable String name;

        private Acceptor(ListenOptions options, Transport transport, ConnectionLimit limit, Optional<ServerTls> tls) {
            this.tls = tls;
            this.options = options;
            this.transport = transport;
            this.rules = options.accessRules();
            this.limit = limit.ofListener(options.maxConnections(), this::name);
            this.peers = new Peers(
                    options.maxConnectionsPerPeer(), () -> options.peerRate().newRate());
        }

        ListenOptions options() {
            return options;
        }

        Transport transport() {
            return transport;
        }

        /** Who may send; empty where everybody may. */
        Optional<AccessRules> rules() {
            return rules;
        }

        /** The addresses that have connected, where their number or their rate is limited. */
        Peers peers() {
            return peers;
        }

        /** TLS, where it is spoken. */
        Optional<ServerTls> tls() {
            return tls;
        }

        /** Sits on the accepting channel. */
        ConnectionLimit.OfListener limit() {
            return limit;
        }

        /** Those that it adds to. */
        Connections connections() {
            return Connections.this;
        }

        /** It counts from here on, whatever it sends. */
        @Override
        protected void initChannel(Channel channel) {
            limit.admitted(channel);
            Origin origin = Origin.of(name(channel.parent()), "unknown");
            LineInput input = LineInput.appendTo(channel.pipeline(), options.framing(), origin);
            ReadGate gate = new ReadGate(
                    channel, input, budget, flusher(channel.eventLoop()).share(), shared.log());
            ReadBuffers.limit(channel, gate);
            Connection connection = new Connection(channel, origin, gate, this);
            channel.pipeline().addLast("connection", connection);
            add(connection);
            new Handshake(connection, origin, additions).begin(this);
        }

        /** What the accepting channel prints, once for all of its connections. */
        private String name(Channel accepting) {
            String known = name;
            if (known == null) {
                known = transport.bound(accepting).toString();
                name = known;
            }
            return known;
        }
    }

    /** The turn of an event loop. */
    TurnFlusher flusher(EventExecutor loop) {
        return flushers.computeIfAbsent(loop, own -> new TurnFlusher(own, shared.sinks(), awaitedAt, awake.apply(own)));
    }

    /** One more, until it is closed. Event loop of the connection. */
    private void add(Connection connection) {
        open.add(connection);
        connection.channel().closeFuture().addListener(closed -> open.remove(connection));
        if (draining) {
            connection.drain();
        }
    }

    /** All that are open. */
    List<ConnectionState> states() {
        return open.stream().map(Connection::state).toList();
    }

    /** Nothing more can be stored: tells every sender that asked for acknowledgements, and holds the others. */
    void sinkFailed() {
        budget.close();
        open.forEach(Connection::sinkFailed);
    }

    /** One in any case, and the others only if they have been silent for so long that they may well be gone. */
    private void endLongestSilentLines(int most, long stuckNanos) {
        record Silent(Connection connection, long sinceMillis) {}
        List<Silent> longest = open.stream()
                .map(each -> new Silent(each, each.silentSinceMillis(stuckNanos)))
                .filter(each -> each.sinceMillis < Long.MAX_VALUE)
                .sorted(Comparator.comparingLong(Silent::sinceMillis))
                .limit(most)
                .toList();
        long longAgo = System.currentTimeMillis() - MAY_BE_GONE_MILLIS;
        for (int i = 0; i < longest.size() && (i == 0 || longest.get(i).sinceMillis <= longAgo); i++) {
            longest.get(i).connection.endSilentLine();
        }
    }

    /** Lets every connection end in order. */
    void drain() {
        draining = true;
        open.forEach(Connection::drain);
    }

    /** Waits until the last connection is gone; says whether it is. */
    boolean awaitNone(long deadlineNanos) throws InterruptedException {
        while (!open.isEmpty()) {
            for (Connection connection : open) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0 || !connection.channel().closeFuture().await(left, TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
        }
        return true;
    }

    void closeAll() {
        open.forEach(connection -> connection.channel().close());
    }
}
