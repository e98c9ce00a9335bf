package cc.accu.server;

import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.Peer;
import cc.accu.internal.transport.Transport;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The open connections of a server. Any thread. */
final class Connections {
    private final LineFraming framing;
    private final boolean acknowledging;
    private final Intake intake;
    private final Map<Channel, Connection> open = new ConcurrentHashMap<>();

    /** What accepting channels print, once for all of their connections. */
    private final Map<Channel, String> listeners = new ConcurrentHashMap<>();

    private volatile boolean draining;

    /**
     * @param acknowledging whether senders who ask for acknowledgements get them
     */
    Connections(LineFraming framing, boolean acknowledging, Intake intake) {
        this.framing = framing;
        this.acknowledging = acknowledging;
        this.intake = intake;
        intake.budget().whenStuck(this::endLongestSilentLine);
    }

    /** Makes a connection of a channel that was accepted. Event loop of the channel. */
    void add(Channel channel, Transport transport) {
        Peer peer = transport.peer(channel);
        Origin origin = new Origin(
                listeners.computeIfAbsent(
                        channel.parent(), parent -> transport.bound(parent).toString()),
                peer.name(),
                peer.credentials().map(who -> new Origin.Credentials(who.pid(), who.uid(), who.gid())));
        LineInput input = LineInput.appendTo(channel.pipeline(), framing, origin);
        Connection connection = new Connection(channel, origin, framing.maxLineBytes(), input, intake);
        if (acknowledging) {
            channel.pipeline().addLast("greeting", new AckGreeting(input, connection));
            connection.gate().setGreeting(true);
        }
        Transport.limitReads(channel, connection.gate());
        channel.pipeline().addLast("connection", connection);
        open.put(channel, connection);
        channel.closeFuture().addListener(closed -> open.remove(channel));
        if (draining) {
            connection.drain();
        }
    }

    /** All that are open. */
    List<ConnectionState> states() {
        return open.values().stream().map(Connection::state).toList();
    }

    /** Tells every sender that asked for acknowledgements that there will be no more. */
    void sinkFailed() {
        open.values().forEach(Connection::sinkFailed);
    }

    private void endLongestSilentLine() {
        Connection longest = null;
        long since = Long.MAX_VALUE;
        for (Connection connection : open.values()) {
            long millis = connection.gate().silentSinceMillis();
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
        open.values().forEach(Connection::drain);
    }

    /** Waits until the last connection is gone; says whether it is. */
    boolean awaitNone(long deadlineNanos) throws InterruptedException {
        while (!open.isEmpty()) {
            for (Channel channel : open.keySet()) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0 || !channel.closeFuture().await(left, TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
        }
        return true;
    }

    void closeAll() {
        open.keySet().forEach(Channel::close);
    }
}
