package cc.accu.server.internal.access;

import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a load balancer says, in front of the sender's bytes, about whom it speaks for; nobody else may connect. A
 * connection of the balancer's own is taken once it sends something: one that ends before is a probe of its health.
 */
public final class ProxyStep extends HandshakeStep {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyStep.class);

    private final AddressList balancers;
    private boolean beginsToArrive;
    private boolean isBalancersOwn;

    public ProxyStep(AddressList balancers) {
        this.balancers = balancers;
    }

    @Override
    protected void look(Origin soFar, ByteBuf arrived) {
        if (!balancers.contains(soFar.host())) {
            refuse(
                    Refused.PROXY_HEADER,
                    "only the load balancers that proxy-from names may connect here, and it is none of them; let others"
                            + " have a listener of their own");
            return;
        }
        beginsToArrive = beginsToArrive || arrived.isReadable();
        if (!isBalancersOwn) {
            readHeader(soFar, arrived);
        } else if (arrived.isReadable()) {
            complete(soFar);
        }
    }

    private void readHeader(Origin soFar, ByteBuf arrived) {
        Optional<ProxyHeader> read;
        try {
            read = ProxyHeader.readFrom(arrived);
        } catch (HAProxyProtocolException wrong) {
            refuse(Refused.PROXY_HEADER, String.valueOf(wrong.getMessage()));
            return;
        }
        read.ifPresent(header -> take(header, soFar, arrived));
    }

    private void take(ProxyHeader header, Origin soFar, ByteBuf behind) {
        LOG.debug("{}: {}", soFar.peer(), header);
        String sender = header.sender().orElse(soFar.peer());
        if (!sender.equals(soFar.peer())) {
            complete(soFar.withPeer(sender));
            return;
        }
        isBalancersOwn = true;
        if (behind.isReadable()) {
            complete(soFar);
        } else {
            mayStaySilent();
        }
    }

    @Override
    protected void ended(Origin soFar, End how) {
        switch (how) {
            case SHUTDOWN -> refuse(how, "its PROXY header");
            case TIMEOUT ->
                refuse(
                        Refused.HANDSHAKE_TIMEOUT,
                        "it did not send a whole PROXY header in time; does the load balancer send one (in haproxy:"
                                + " send-proxy-v2)?");
            case EOF, RESET -> {
                if (beginsToArrive && !isBalancersOwn) {
                    refuse(Refused.PROXY_HEADER, "it ended within its PROXY header");
                } else {
                    refuse(Refused.LEFT, "it ended before it sent anything, as probes of load balancers do");
                }
            }
        }
    }
}
