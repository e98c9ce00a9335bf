package cc.accu.server;

import cc.accu.internal.transport.Reason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sits on the accepting channels: closes connections over the limit at once, and pauses accepting when it fails, as it
 * does without file descriptors, so that neither the processor spins nor the log floods. Any thread.
 */
@Sharable
final class Admission extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final int PAUSE_MILLIS = 500;

    private final int limit;
    private final ServerObserver observer;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final LogLimiter refusals = new LogLimiter();
    private final LogLimiter failures = new LogLimiter();

    Admission(int limit, ServerObserver observer) {
        this.limit = limit;
        this.observer = observer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        if (open.incrementAndGet() <= limit) {
            ctx.fireChannelRead(accepted);
            return;
        }
        open.decrementAndGet();
        refused.incrementAndGet();
        ((Channel) accepted).unsafe().closeForcibly();
        observer.refused(String.valueOf(ctx.channel().localAddress()));
        refusals.happened(times -> LOG.warn(
                "{} connections are open, as many as are allowed: {} more were closed since the last report; allow more, or"
                        + " look for senders that do not close theirs",
                limit,
                times));
    }

    /** Connections that were closed because there were too many. */
    long refused() {
        return refused.get();
    }

    /** Tells what the log's limits have held back. */
    void tellRest() {
        refusals.tellRest();
        failures.tellRest();
    }

    /** Frees the place of an admitted channel when it closes. */
    void admitted(Channel channel) {
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
    }

    /** Netty's own pause follows this handler, but warns with a stack trace each time; so this one pauses itself. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failures.happened(times -> LOG.warn(
                "cannot accept: {}; {} connections are open, trying again every {} ms ({} failures since the last report)",
                Reason.describe(cause),
                open.get(),
                PAUSE_MILLIS,
                times));
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
