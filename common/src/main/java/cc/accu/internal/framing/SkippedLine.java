package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;

/** A line that is dropped while it comes in, and how long it is. */
final class SkippedLine {
    private long bytes;
    private boolean endsWithReturn;

    /** Starts with {@code bytes} seen already. */
    SkippedLine(long bytes, boolean endsWithReturn) {
        this.bytes = bytes;
        this.endsWithReturn = endsWithReturn;
    }

    /** Drops what belongs to the line; says whether its terminator was there. */
    boolean isEndedBy(ByteBuf in) {
        int feed = in.bytesBefore((byte) '\n');
        int taken = feed < 0 ? in.readableBytes() : feed;
        if (taken > 0) {
            endsWithReturn = in.getByte(in.readerIndex() + taken - 1) == '\r';
        }
        bytes += taken;
        in.skipBytes(feed < 0 ? taken : taken + 1);
        return feed >= 0;
    }

    /** Its length, all bytes that came. */
    long bytes() {
        return bytes;
    }

    /** Its length if its terminator was there. */
    long bytesWithoutReturn() {
        return endsWithReturn ? bytes - 1 : bytes;
    }
}
