package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;

/**
 * What one pass over a block of lines tells.
 *
 * @param lines line feeds found
 * @param hasReturns whether there is any carriage return
 */
record LineScan(int lines, boolean hasReturns) {
    /** Up to this size, single words are quicker than a copy of them and a sum at the end. */
    private static final int SMALL_BLOCK_BYTES = 512;

    static LineScan of(ByteBuf block) {
        return block.readableBytes() <= SMALL_BLOCK_BYTES
                ? ofSmall(block)
                : LaneCounter.ofThread().scan(block.nioBuffer());
    }

    private static LineScan ofSmall(ByteBuf block) {
        int lines = 0;
        long returns = 0;
        int at = block.readerIndex();
        int end = block.writerIndex();
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long word = block.getLongLE(at);
            lines += Long.bitCount(Lanes.zeros(word ^ Lanes.FEEDS));
            returns |= Lanes.lowestZero(word ^ Lanes.RETURNS);
        }
        for (; at < end; at++) {
            byte value = block.getByte(at);
            lines += value == '\n' ? 1 : 0;
            returns |= value == '\r' ? Lanes.TOP_BITS : 0;
        }
        return new LineScan(lines, (returns & Lanes.TOP_BITS) != 0);
    }

    /** Index of the last line feed among the readable bytes, or -1. */
    static int lastFeed(ByteBuf buffer) {
        int at = buffer.writerIndex() - 1;
        while (at >= buffer.readerIndex() && buffer.getByte(at) != '\n') {
            at--;
        }
        return at < buffer.readerIndex() ? -1 : at;
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
}
