package cc.accu.server.internal.receive;

import cc.accu.transport.Refused;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * How many connections may be open. Has a handler for each accepting channel, which closes connections over a limit at once,
 * and pauses when accepting fails. Any thread.
 */
public final class ConnectionLimit {
    private final int limit;
    private final RefusedConnections refusals;
    private final AtomicInteger open = new AtomicInteger();
    private final AcceptPause pause = new AcceptPause(open::get);

    /**
     * @param limit for all listeners together
     */
    public ConnectionLimit(int limit, RefusedConnections refusals) {
        this.limit = limit;
        this.refusals = refusals;
    }

    /**
     * The limit of one listener, which holds beside the one for all.
     *
     * @param name of an accepting channel, for people
     */
    public OfListener ofListener(int most, Function<Channel, String> name) {
        return new OfListener(most, name);
    }

    /** Tells what the log's limits have held back. */
    public void tellRest() {
        pause.tellRest();
    }

    private void refuse(Channel connection, String listener, int most) {
        connection.config().setOption(ChannelOption.SO_LINGER, 0); // not as if all that it sent were taken
        connection.unsafe().closeForcibly();
        refusals.refused(
                listener,
                "a connection",
                Refused.TOO_MANY,
                most + " are open, as many as are allowed; allow more, or look for senders that do not close theirs");
    }

    /** Sits on an accepting channel. */
    @Sharable
    public final class OfListener extends ChannelInboundHandlerAdapter {
        private final int own;
        private final Function<Channel, String> name;
        private final AtomicInteger openHere = new AtomicInteger();

        private OfListener(int own, Function<Channel, String> name) {
            this.own = own;
            this.name = name;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            boolean roomHere = openHere.incrementAndGet() <= own;
            if (roomHere && open.incrementAndGet() <= limit) {
                ctx.fireChannelRead(accepted);
                return;
            }
            if (roomHere) {
                open.decrementAndGet();
            }
            openHere.decrementAndGet();
            refuse((Channel) accepted, name.apply(ctx.channel()), roomHere ? limit : own);
        }

        /** Frees the place of an admitted channel when it closes. */
        public void admitted(Channel channel) {
            channel.closeFuture().addListener(closed -> {
                open.decrementAndGet();
                openHere.decrementAndGet();
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            pause.exceptionCaught(ctx, cause);
        }
    }
}
