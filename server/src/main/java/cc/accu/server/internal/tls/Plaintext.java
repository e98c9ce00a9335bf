package cc.accu.server.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Behind TLS: puts together what the records of one read bring, which may be as small as a line each, so that they cost what
 * one read of a plain socket costs. Holds nothing from one read to the next: whoever says how much is read sees what the read
 * before brought. Event-loop confined.
 */
final class Plaintext extends ChannelInboundHandlerAdapter {
    private static final int MOST_BYTES = 64 * 1024;

    /** Before it, as a plain read has it: there the framing puts what was left of the last one. */
    private static final int ROOM_BYTES = 4 * 1024;

    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf gathered;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** All records of a read were deciphered, or wait for the handshake. */
    void readIsOver() {
        if (context != null) {
            pass(context);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (gathered != null && gathered.writableBytes() < in.readableBytes()) {
                pass(ctx);
            }
            ByteBuf into = gathered;
            if (into == null) {
                into = ctx.alloc()
                        .buffer(ROOM_BYTES + Math.max(MOST_BYTES, in.readableBytes()))
                        .setIndex(ROOM_BYTES, ROOM_BYTES);
                gathered = into;
            }
            into.writeBytes(in);
        } finally {
            in.release();
        }
    }

    private void pass(ChannelHandlerContext ctx) {
        ByteBuf all = gathered;
        if (all != null) {
            gathered = null;
            ctx.fireChannelRead(all);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        pass(ctx);
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        pass(ctx);
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        pass(ctx);
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pass(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pass(ctx);
    }
}
