package cc.accu.server;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/**
 * Finds out from a connection's first line whether its sender asks for acknowledgements, and then leaves the pipeline.
 * Any first line but the greeting is a plain sender's first message, and a plain sender is known at the first byte that
 * differs from the greeting. Event-loop confined.
 */
final class AckGreeting extends ChannelInboundHandlerAdapter {
    private final LineInput input;
    private final Connection connection;

    AckGreeting(LineInput input, Connection connection) {
        this.input = input;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        LineBatch batch = (LineBatch) message;
        ctx.pipeline().remove(this);
        boolean known = startsWith(batch, AckLine.HELLO + "\n") && batch.end().isEmpty();
        if (!known && !startsWith(batch, AckLine.HELLO + " ")) {
            connection.startPlain();
            ctx.fireChannelRead(batch);
            return;
        }
        input.startAgain();
        connection.startConversation();
        if (!known) {
            batch.close();
            connection.refuse(AckLine.Code.BAD_HELLO, "this server knows " + AckLine.HELLO + " without parameters");
        } else if (batch.count() == 1) {
            batch.close();
        } else {
            batch.dropFirst();
            ctx.fireChannelRead(batch);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!input.startsLike(AckLine.HELLO + " ") && !input.startsLike(AckLine.HELLO + "\r\n")) {
            ctx.pipeline().remove(this);
            connection.startPlain();
        }
        ctx.fireChannelReadComplete();
    }

    private static boolean startsWith(LineBatch batch, String text) {
        ByteBuf lines = batch.lines();
        return batch.firstNumber() == 1
                && lines.readableBytes() >= text.length()
                && lines.toString(lines.readerIndex(), text.length(), StandardCharsets.US_ASCII)
                        .equals(text);
    }
}
