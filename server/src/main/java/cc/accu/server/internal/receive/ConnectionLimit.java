package cc.accu.server.internal.receive;

import cc.accu.internal.transport.Reason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections may be open. Has a handler for each accepting channel, which closes connections over a limit at once,
 * and pauses accepting when it fails, as it does without file descriptors, so that neither the processor spins nor the log
 * floods. Any thread.
 */
public final class ConnectionLimit {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);
    private static final int PAUSE_MILLIS = 500;

    private final int limit;
    private final Consumer<String> whenRefused;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final ConnectionLog.Limiter refusals = new ConnectionLog.Limiter();
    private final ConnectionLog.Limiter failures = new ConnectionLog.Limiter();

    /**
     * @param limit for all listeners together
     * @param whenRefused is told the address that a connection over a limit came to; on event loops
     */
    public ConnectionLimit(int limit, Consumer<String> whenRefused) {
        this.limit = limit;
        this.whenRefused = whenRefused;
    }

    /** The limit of one listener, which holds beside the one for all. */
    public OfListener ofListener(int most) {
        return new OfListener(most);
    }

    /** Connections that were closed because there were too many. */
    public long refused() {
        return refused.get();
    }

    /** Tells what the log's limits have held back. */
    public void tellRest() {
        refusals.tellRest();
        failures.tellRest();
    }

    private void refuse(Channel connection, Channel accepting, int most) {
        refused.incrementAndGet();
        connection.unsafe().closeForcibly();
        whenRefused.accept(String.valueOf(accepting.localAddress()));
        refusals.happened(times -> LOG.warn(
                "{} connections are open, as many as are allowed: {} more were closed since the last report; allow more, or"
                        + " look for senders that do not close theirs",
                most,
                times));
    }

    /** Sits on an accepting channel. */
    @Sharable
    public final class OfListener extends ChannelInboundHandlerAdapter {
        private final int own;
        private final AtomicInteger openHere = new AtomicInteger();

        private OfListener(int own) {
            this.own = own;
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
            refuse((Channel) accepted, ctx.channel(), roomHere ? limit : own);
        }

        /** Frees the place of an admitted channel when it closes. */
        public void admitted(Channel channel) {
            channel.closeFuture().addListener(closed -> {
                open.decrementAndGet();
                openHere.decrementAndGet();
            });
        }

        /** Netty's own pause follows this handler, but warns with a stack trace each time; so this one pauses itself. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failures.happened(times -> LOG.warn(
                    "cannot accept: {}; {} connections are open, trying again every {} ms ({} failures since the last"
                            + " report)",
                    Reason.describe(cause),
                    open.get(),
                    PAUSE_MILLIS,
                    times));
            ctx.channel().config().setAutoRead(false);
            ctx.executor()
                    .schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
