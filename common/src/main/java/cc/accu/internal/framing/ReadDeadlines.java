package cc.accu.internal.framing;

import cc.accu.line.End;
import cc.accu.line.LineFraming;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends the input when no byte came for the read timeout, or a line was not finished within the line timeout. Time in
 * which we did not read does not count against the sender. Event-loop confined.
 */
final class ReadDeadlines extends ChannelDuplexHandler {
    private final long readNanos;
    private final long lineNanos;
    private final LineDecoder decoder;
    private long lastReadAt;
    private long lineStartedAt;
    private long numberOfThatLine;
    private boolean readFollows;
    private @Nullable Future<?> next;

    ReadDeadlines(LineFraming framing, LineDecoder decoder) {
        this.readNanos = framing.readTimeout().toNanos();
        this.lineNanos = framing.lineTimeout().toNanos();
        this.decoder = decoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        lastReadAt = now(ctx);
        schedule(ctx, untilExpiry(lastReadAt));
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastReadAt = now(ctx);
        ctx.fireChannelRead(message);
        followLine();
    }

    private void followLine() {
        if (!decoder.inLine()) {
            numberOfThatLine = 0;
        } else if (numberOfThatLine != decoder.lineNumber()) {
            numberOfThatLine = decoder.lineNumber();
            lineStartedAt = lastReadAt;
        }
    }

    /** With autoRead on, Netty asks for the next read right after this. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        readFollows = ctx.channel().config().isAutoRead();
    }

    /** Any other read is the first after a pause: both times start again. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!readFollows) {
            startAgain(ctx);
        }
        readFollows = false;
        ctx.read();
    }

    /** What had been read before the pause may have been passed on in it. */
    private void startAgain(ChannelHandlerContext ctx) {
        lastReadAt = now(ctx);
        followLine();
        lineStartedAt = lastReadAt;
    }

    private static long now(ChannelHandlerContext ctx) {
        return ctx.executor().ticker().nanoTime();
    }

    private void schedule(ChannelHandlerContext ctx, long nanos) {
        cancel();
        next = ctx.executor().schedule(() -> check(ctx), nanos, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext ctx) {
        if (!ctx.channel().config().isAutoRead()) {
            startAgain(ctx);
        }
        long left = untilExpiry(now(ctx));
        if (left > 0) {
            schedule(ctx, left);
        } else {
            ctx.fireUserEventTriggered(End.TIMEOUT);
        }
    }

    /** Until the next deadline, but never longer than the line timeout: a line may start before the next check. */
    private long untilExpiry(long now) {
        long left = Long.MAX_VALUE;
        if (readNanos > 0) {
            left = lastReadAt + readNanos - now;
        }
        if (lineNanos > 0) {
            left = Math.min(left, numberOfThatLine > 0 ? lineStartedAt + lineNanos - now : lineNanos);
        }
        return left;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE || event instanceof End) {
            cancel();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancel();
        ctx.fireChannelInactive();
    }

    private void cancel() {
        if (next != null) {
            next.cancel(false);
        }
    }
}
