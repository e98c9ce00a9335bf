package cc.accu.server.internal.receive;

import cc.accu.internal.transport.Transport;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/** The first step: what the socket tells about its other end, at once. */
public final class SocketPeer extends HandshakeStep {
    private final Transport transport;
    private final Channel channel;

    public SocketPeer(Transport transport, Channel channel) {
        this.transport = transport;
        this.channel = channel;
    }

    @Override
    protected void look(Origin soFar, ByteBuf arrived) {
        complete(transport.origin(soFar.listener(), channel));
    }
}
