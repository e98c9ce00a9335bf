package cc.accu.server;

import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.Transport;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.ConnectionLimit;
import cc.accu.server.internal.receive.ReadGate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import org.jspecify.annotations.Nullable;

/** One listener: makes a connection of each channel that it accepts. Any thread. */
final class Acceptor extends ChannelInitializer<Channel> {
    private final ListenOptions options;
    private final Transport transport;
    private final ConnectionLimit.OfListener limit;
    private final Connections connections;
    private volatile @Nullable String name;

    Acceptor(ListenOptions options, Transport transport, ConnectionLimit.OfListener limit, Connections connections) {
        this.options = options;
        this.transport = transport;
        this.limit = limit;
        this.connections = connections;
    }

    ListenOptions options() {
        return options;
    }

    /** Those that it adds to. */
    Connections connections() {
        return connections;
    }

    /** It counts from here on, whatever it sends. */
    @Override
    protected void initChannel(Channel channel) {
        limit.admitted(channel);
        Origin origin = Origin.of(name(channel.parent()), "unknown");
        LineInput input = LineInput.appendTo(channel.pipeline(), options.framing(), origin);
        ReadGate gate = connections.gate(channel, input);
        Transport.limitReads(channel, gate);
        Connection connection = new Connection(channel, origin, gate, this);
        channel.pipeline().addLast("connection", connection);
        connections.add(connection);
        new Handshake(connection, origin, connections.additions()).begin(options, transport);
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
