package cc.accu.line;

import java.time.Duration;

/**
 * How bytes become lines: the limits.
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

    public LineFraming withMaxLine(int bytes) {
        return new LineFraming(bytes, longLine, readTimeout, lineTimeout);
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
}
