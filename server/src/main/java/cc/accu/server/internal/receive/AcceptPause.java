package cc.accu.server.internal.receive;

import cc.accu.internal.transport.Reason;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses accepting when it fails, as it does without file descriptors, so that neither the processor spins nor the log
 * floods. Sits on accepting channels. Any thread.
 */
@Sharable
public final class AcceptPause extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptPause.class);
    private static final int PAUSE_MILLIS = 500;

    private final IntSupplier open;
    private final ConnectionLog.Limiter failures = new ConnectionLog.Limiter();

    /** @param open how many connections there are, for the log */
    public AcceptPause(IntSupplier open) {
        this.open = open;
    }

    /** Tells what the log's limits have held back. */
    public void tellRest() {
        failures.tellRest();
    }

    /** Netty's own pause follows this handler, but warns with a stack trace each time; so this one pauses itself. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        int openNow = open.getAsInt();
        failures.happened(times -> LOG.warn(
                "cannot accept: {}; {} connections are open, trying again every {} ms ({} failures since the last report)",
                Reason.describe(cause),
                openNow,
                PAUSE_MILLIS,
                times));
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
