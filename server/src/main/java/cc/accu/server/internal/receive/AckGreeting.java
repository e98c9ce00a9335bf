package cc.accu.server.internal.receive;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.EventLoops;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The last step of a handshake: finds out from the first line whether the sender asks for acknowledgements, and then leaves
 * the pipeline. Any first line but the greeting is a plain sender's first message, and a plain sender is known at the first
 * byte that differs from the greeting. The answer to a greeting may take its time: what comes meanwhile waits here, in
 * order, and is passed on when the answer is there, or the connection ends without one. Event-loop confined.
 */
public final class AckGreeting extends ChannelInboundHandlerAdapter {
    private final LineInput input;
    private final Sender sender;

    /** Batches, and events that came after them. */
    private final Queue<Object> held = new ArrayDeque<>();

    private boolean answering;
    private int heldBytes;

    /** Who greets, or does not. Each method is called on the event loop, before anything else of the sender is passed on. */
    public interface Sender {
        /** The sender did not ask for acknowledgements. */
        void isPlain();

        /** The sender asked for them. Calls {@code answered} once it may be answered, at once or later, on any thread. */
        void greets(Runnable answered);

        /** The sender waits for an answer, and so much that came behind its greeting is held. */
        void holds(int bytes);

        /** The sender gets its answer. */
        void isWelcome();

        /** The sender asked for what is not known here. */
        void isNotUnderstood();
    }

    public AckGreeting(LineInput input, Sender sender) {
        this.input = input;
        this.sender = sender;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        LineBatch batch = (LineBatch) message;
        if (answering) {
            hold(batch);
            return;
        }
        boolean known = startsWith(batch, AckLine.HELLO + "\n") && batch.end().isEmpty();
        if (!known && !startsWith(batch, AckLine.HELLO + " ")) {
            ctx.pipeline().remove(this);
            sender.isPlain();
            ctx.fireChannelRead(batch);
            return;
        }
        input.startAgain();
        if (!known) {
            ctx.pipeline().remove(this);
            batch.close();
            sender.isNotUnderstood();
            return;
        }
        answering = true;
        if (batch.count() == 1) {
            batch.close();
        } else {
            batch.dropFirst();
            hold(batch);
        }
        sender.greets(() -> answerOn(ctx));
    }

    private void hold(LineBatch batch) {
        held.add(batch);
        heldBytes += batch.heldBytes();
        sender.holds(heldBytes);
    }

    private void answerOn(ChannelHandlerContext ctx) {
        if (ctx.executor().inEventLoop()) {
            answer(ctx);
        } else if (!ctx.isRemoved()) {
            EventLoops.execute(ctx.executor(), () -> answer(ctx));
        }
    }

    private void answer(ChannelHandlerContext ctx) {
        if (!answering) {
            return;
        }
        answering = false;
        ctx.pipeline().remove(this);
        sender.isWelcome();
        for (Object next = held.poll(); next != null; next = held.poll()) {
            if (next instanceof LineBatch batch) {
                ctx.fireChannelRead(batch);
            } else {
                ctx.fireUserEventTriggered(next);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!answering && !input.startsLike(AckLine.HELLO + " ") && !input.startsLike(AckLine.HELLO + "\r\n")) {
            ctx.pipeline().remove(this);
            sender.isPlain();
        }
        ctx.fireChannelReadComplete();
    }

    /** The end of the sender's output waits for its turn; an end from our side does not wait for an answer any more. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (answering && event instanceof End) {
            answer(ctx);
        }
        if (answering) {
            held.add(event);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        answer(ctx);
        ctx.fireChannelInactive();
    }

    private static boolean startsWith(LineBatch batch, String text) {
        ByteBuf lines = batch.lines();
        return batch.firstNumber() == 1
                && lines.readableBytes() >= text.length()
                && lines.toString(lines.readerIndex(), text.length(), StandardCharsets.US_ASCII)
                        .equals(text);
    }
}
