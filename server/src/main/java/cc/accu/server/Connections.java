package cc.accu.server;

import cc.accu.internal.framing.LineInput;
import cc.accu.server.internal.deliver.SinkFanOut;
import cc.accu.server.internal.deliver.TurnFlusher;
import cc.accu.server.internal.receive.ConnectionLog;
import cc.accu.server.internal.receive.ReadBudget;
import cc.accu.server.internal.receive.ReadGate;
import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The open connections of a server. Any thread. */
final class Connections {
    private final ReadBudget budget;
    private final Shared shared;
    private final Handshake.Additions additions;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Map<EventExecutor, TurnFlusher> flushers = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /** What all connections of a server give their messages and their news to. */
    record Shared(SinkFanOut sinks, Ledger ledger, ServerObserver observer, ConnectionLog log) {}

    Connections(ReadBudget budget, Shared shared, Handshake.Additions additions) {
        this.budget = budget;
        this.shared = shared;
        this.additions = additions;
        budget.whenStuck(this::endLongestSilentLine);
    }

    Shared shared() {
        return shared;
    }

    Handshake.Additions additions() {
        return additions;
    }

    /** The flow control of one of them. */
    ReadGate gate(Channel channel, LineInput input) {
        return new ReadGate(channel, input, budget, shared.log());
    }

    /** The turn of an event loop. */
    TurnFlusher flusher(EventExecutor loop) {
        return flushers.computeIfAbsent(loop, own -> new TurnFlusher(own, shared.sinks()));
    }

    /** One more, until it is closed. Event loop of the connection. */
    void add(Connection connection) {
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

    private void endLongestSilentLine(long stuckNanos) {
        Connection longest = null;
        long since = Long.MAX_VALUE;
        for (Connection connection : open) {
            long millis = connection.silentSinceMillis(stuckNanos);
            if (millis < since) {
                since = millis;
                longest = connection;
            }
        }
        if (longest != null) {
            longest.endSilentLine();
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
