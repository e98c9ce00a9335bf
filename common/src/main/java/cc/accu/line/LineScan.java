package cc.accu.line;

import io.netty.buffer.ByteBuf;

/**
 * Searches over whole blocks of lines, eight bytes at a time: a word holds the byte wanted where the word, XORed with
 * that byte in every lane, has a zero lane.
 */
final class LineScan {
    private static final long LOW_SEVEN = 0x7f7f7f7f7f7f7f7fL;
    private static final long FEEDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long RETURNS = 0x0d0d0d0d0d0d0d0dL;

    /** Line feeds found. */
    final int lines;

    /** Whether there is any carriage return. */
    final boolean hasReturns;

    private LineScan(int lines, boolean hasReturns) {
        this.lines = lines;
        this.hasReturns = hasReturns;
    }

    static LineScan of(ByteBuf block) {
        int lines = 0;
        long returns = 0;
        int at = block.readerIndex();
        int end = block.writerIndex();
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long word = block.getLongLE(at);
            lines += Long.bitCount(zeroLanes(word ^ FEEDS));
            returns |= zeroLanes(word ^ RETURNS);
        }
        for (; at < end; at++) {
            byte value = block.getByte(at);
            lines += value == '\n' ? 1 : 0;
            returns |= value == '\r' ? 1 : 0;
        }
        return new LineScan(lines, returns != 0);
    }

    /** Index of the last line feed among the readable bytes, or -1. */
    static int lastFeed(ByteBuf buffer) {
        return buffer.indexOf(buffer.writerIndex(), buffer.readerIndex(), (byte) '\n');
    }

    /** Whether the block has a line of more than {@code max} bytes: then some stretch of that many has no line feed. */
    static boolean hasLongLine(ByteBuf block, int max) {
        int lineStart = block.readerIndex();
        while (block.writerIndex() - lineStart > max + 1) {
            int feed = block.indexOf(lineStart + max + 1, lineStart, (byte) '\n');
            if (feed < 0) {
                return true;
            }
            lineStart = feed + 1;
        }
        return false;
    }

    /** The top bit of each lane that is zero, exactly: no carry passes from one lane to the next. */
    private static long zeroLanes(long word) {
        return ~(((word & LOW_SEVEN) + LOW_SEVEN) | word | LOW_SEVEN);
    }
}
