package cc.accu.server.internal.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Looks at the first bytes of a connection while they pass, tells when they are of another {@link Protocol}, and leaves
 * the pipeline as soon as that is decided: for nearly all senders with their first read. Holds nothing back, with one
 * exception: TLS is dropped, as of the read that shows it. Of a hello that comes in pieces shorter than its first eleven
 * bytes, the pieces before have passed as the start of a line. Event-loop confined.
 */
public final class FirstBytes extends ChannelInboundHandlerAdapter {
    /** Of what came in several reads, no more than that is looked at. */
    private static final int MOST_BYTES = 512;

    private final Set<Protocol> among;
    private final Consumer<Protocol> told;
    private ByteBuf seen = Unpooled.EMPTY_BUFFER;

    /**
     * @param among what is looked for
     * @param told called at most once, before the bytes that show it are passed on; for {@link Protocol#TLS} closes the
     *     connection, which would wait for an answer for ever
     */
    public FirstBytes(Set<Protocol> among, Consumer<Protocol> told) {
        this.among = among;
        this.told = told;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        boolean isFirst = !seen.isReadable();
        ByteBuf start = isFirst ? in : keep(in);
        Protocol spoken = Protocol.of(start, among).orElse(null);
        if (spoken != null || seen.readableBytes() == MOST_BYTES || !Protocol.mayCome(start, among)) {
            ctx.pipeline().remove(this);
        } else if (isFirst) {
            keep(in);
        }
        if (spoken != null) {
            told.accept(spoken);
        }
        if (spoken == Protocol.TLS) {
            in.release();
        } else {
            ctx.fireChannelRead(in);
        }
    }

    /** On the heap, and collected with this handler. */
    private ByteBuf keep(ByteBuf in) {
        if (seen.capacity() == 0) {
            seen = Unpooled.buffer(Math.min(in.readableBytes(), MOST_BYTES), MOST_BYTES);
        }
        seen.writeBytes(in, in.readerIndex(), Math.min(in.readableBytes(), MOST_BYTES - seen.readableBytes()));
        return seen;
    }
}
