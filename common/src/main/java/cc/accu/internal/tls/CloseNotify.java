package cc.accu.internal.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLException;

/**
 * Behind TLS: what its peer says of the end is the end, as RFC 8446, section 6.1 has it. A close_notify ends the input in
 * order; an end of the connection without one may be anybody's doing, and is a broken connection. Event-loop confined.
 */
public final class CloseNotify extends ChannelInboundHandlerAdapter {
    private final Runnable whenBroken;
    private boolean inOrder;
    private boolean broken;

    /**
     * @param whenBroken called once, before the end of the input is passed on, if that is not in order
     */
    public CloseNotify(Runnable whenBroken) {
        this.whenBroken = whenBroken;
    }

    /** Ends our output: says so to the peer before the connection does, where there is TLS. Event loop of the channel. */
    public static void endOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        DuplexChannel socket = (DuplexChannel) channel;
        if (tls == null) {
            socket.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(said -> socket.shutdownOutput());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end) {
            if (end.isSuccess() && !inOrder) {
                inOrder = true;
                ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
            return;
        }
        if (event instanceof ChannelInputShutdownEvent) {
            end();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    /** What is wrong with the peer's TLS is a broken connection, as what is wrong with its TCP is. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean isTls = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
        ctx.fireExceptionCaught(isTls ? cause.getCause() : cause);
    }

    private void end() {
        if (!inOrder && !broken) {
            broken = true;
            whenBroken.run();
        }
    }
}
