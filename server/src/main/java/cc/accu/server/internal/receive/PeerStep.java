package cc.accu.server.internal.receive;

import cc.accu.line.Origin;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/** The step that turns away a peer who has as many connections as it may have. Comes when its address is known. */
public final class PeerStep extends HandshakeStep {
    private final Peers peers;
    private final Channel channel;
    private final Consumer<SendRate> admitted;

    /**
     * @param admitted is told the rate of the peer, before the step is complete
     */
    public PeerStep(Peers peers, Channel channel, Consumer<SendRate> admitted) {
        this.peers = peers;
        this.channel = channel;
        this.admitted = admitted;
    }

    @Override
    protected void look(Origin soFar, ByteBuf arrived) {
        peers.admit(soFar.host(), channel)
                .ifPresentOrElse(
                        rate -> {
                            admitted.accept(rate);
                            complete(soFar);
                        },
                        () -> refuse(
                                Refused.TOO_MANY_FROM_PEER,
                                peers.mostConnections() + " connections of " + soFar.host()
                                        + " are open, as many as one peer is allowed; allow more, or see that it closes"
                                        + " those that it does not need"));
    }
}
