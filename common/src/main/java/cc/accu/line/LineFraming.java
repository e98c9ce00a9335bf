package cc.accu.line;

import io.netty.channel.ChannelPipeline;
import java.time.Duration;

/**
 * How bytes become batches of lines: the limits, and the one place that orders the handlers for it. What comes out of
 * them, in order, are {@link LineBatch}es, which the next handler owns, and {@link LineDropped} events; when the input
 * has ended, for whatever reason, at least one {@link io.netty.channel.socket.ChannelInputShutdownEvent} or
 * {@code channelInactive} follows the last of them.
 *
 * @param maxLineBytes the longest line, its terminator not counted
 * @param longLine what to do with longer ones
 * @param readTimeout longest time without a byte while we are reading; zero for none
 * @param lineTimeout longest time from the first byte of a line to its terminator; zero for none
 */
public record LineFraming(int maxLineBytes, LongLine longLine, Duration readTimeout, Duration lineTimeout) {
    /** Lines of up to 1 MiB, longer ones split, no deadlines. */
    public static final LineFraming DEFAULT = ofMaxLine(1024 * 1024);

    /** The longest line that can be asked for. */
    public static final int MOST_LINE_BYTES = 1 << 30;

    public LineFraming {
        if (maxLineBytes < 1 || maxLineBytes > MOST_LINE_BYTES) {
            throw new IllegalArgumentException(
                    "longest line out of range 1.." + MOST_LINE_BYTES + " bytes: " + maxLineBytes);
        }
        if (readTimeout.isNegative() || lineTimeout.isNegative()) {
            throw new IllegalArgumentException("a deadline is zero, for none, or positive, for example 30s");
        }
    }

    /** Lines of up to {@code maxLineBytes}, longer ones split, no deadlines. */
    public static LineFraming ofMaxLine(int maxLineBytes) {
        return new LineFraming(maxLineBytes, LongLine.SPLIT, Duration.ZERO, Duration.ZERO);
    }

    public LineFraming withLongLine(LongLine policy) {
        return new LineFraming(maxLineBytes, policy, readTimeout, lineTimeout);
    }

    public LineFraming withReadTimeout(Duration timeout) {
        return new LineFraming(maxLineBytes, longLine, timeout, lineTimeout);
    }

    public LineFraming withLineTimeout(Duration timeout) {
        return new LineFraming(maxLineBytes, longLine, readTimeout, timeout);
    }

    /** Appends the framing handlers, for a connection from {@code origin}. */
    public LineInput appendTo(ChannelPipeline pipeline, Origin origin) {
        LineDecoder decoder = new LineDecoder(this, origin);
        if (!readTimeout.isZero() || !lineTimeout.isZero()) {
            pipeline.addLast("deadlines", new ReadDeadlines(this, decoder));
        }
        pipeline.addLast("lines", decoder);
        return decoder;
    }

    /**
     * Ends the input from our side: the next handler gets {@code end} as an event, then what is left of an unfinished
     * line, marked with it; then the input counts as shut down, and whatever else arrives is dropped. Event loop of the
     * channel only.
     */
    public static void end(ChannelPipeline pipeline, End end) {
        pipeline.fireUserEventTriggered(end);
    }
}
