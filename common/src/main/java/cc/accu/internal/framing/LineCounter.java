package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * Counts line feeds with a loop that the JIT compiler turns into vector instructions. It does so for arrays but for no
 * buffer, and where each element has a result of its own but for no sum. So the block is copied into a row of words,
 * piece by piece, and each byte of the row has a counter of one byte; those are summed up before they can overflow.
 * Any thread: each has its own counter.
 */
public final class LineCounter {
    private static final FastThreadLocal<LineCounter> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected LineCounter initialValue() {
            return new LineCounter();
        }
    };

    /** Words in a row: 2 KiB in each of three arrays were quicker than half of that, or twice as much. */
    private static final int ROW = 256;

    private static final int MOST_ROWS = 255;
    private static final long PAIRS = 0x00ff00ff00ff00ffL;
    private static final long PAIR_ONES = 0x0001000100010001L;

    /** Up to this size, single words are quicker than a copy of them and a sum at the end. */
    private static final int SMALL_BLOCK_BYTES = 512;

    private final long[] words = new long[ROW];
    private final long[] feeds = new long[ROW];
    private final long[] returns = new long[ROW];

    private LineCounter() {}

    /** How many line feeds remain in {@code block}; leaves its position alone. */
    public static int count(ByteBuffer block) {
        return OF_THREAD.get().scanned(block.duplicate()).lines();
    }

    /**
     * What one pass over a block of lines tells.
     *
     * @param lines line feeds found
     * @param hasReturns whether there is any carriage return
     */
    record Scan(int lines, boolean hasReturns) {}

    static Scan scan(ByteBuf block) {
        return block.readableBytes() <= SMALL_BLOCK_BYTES
                ? ofSmall(block)
                : OF_THREAD.get().scanned(block.nioBuffer());
    }

    private static Scan ofSmall(ByteBuf block) {
        int lines = 0;
        long returns = 0;
        int at = block.readerIndex();
        int end = block.writerIndex();
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long word = block.getLongLE(at);
            lines += Long.bitCount(ByteSearch.zeros(word ^ ByteSearch.FEEDS));
            returns |= ByteSearch.lowestZero(word ^ ByteSearch.RETURNS);
        }
        for (; at < end; at++) {
            byte value = block.getByte(at);
            lines += value == '\n' ? 1 : 0;
            returns |= value == '\r' ? ByteSearch.TOP_BITS : 0;
        }
        return new Scan(lines, (returns & ByteSearch.TOP_BITS) != 0);
    }

    /** Scans what remains; leaves the position alone. */
    private Scan scanned(ByteBuffer block) {
        int lines = 0;
        boolean hasReturns = false;
        for (int at = block.limit() - block.remaining() % Long.BYTES; at < block.limit(); at++) {
            lines += block.get(at) == '\n' ? 1 : 0;
            hasReturns |= block.get(at) == '\r';
        }
        LongBuffer left = block.order(ByteOrder.nativeOrder()).asLongBuffer();
        int row = Math.min(ROW, left.remaining());
        while (left.hasRemaining()) {
            addRows(left, row);
            lines += sumOfFeeds(row);
            hasReturns |= anyReturn(row);
        }
        return new Scan(lines, hasReturns);
    }

    private void addRows(LongBuffer left, int row) {
        Arrays.fill(feeds, 0, row, 0);
        Arrays.fill(returns, 0, row, 0);
        for (int i = 0; i < MOST_ROWS && left.hasRemaining(); i++) {
            int length = Math.min(row, left.remaining());
            left.get(words, 0, length);
            addRow(words, feeds, returns, length);
        }
    }

    private static void addRow(long[] words, long[] feeds, long[] returns, int length) {
        for (int i = 0; i < length; i++) {
            feeds[i] += ByteSearch.zeros(words[i] ^ ByteSearch.FEEDS) >>> (Byte.SIZE - 1);
            returns[i] |= ByteSearch.lowestZero(words[i] ^ ByteSearch.RETURNS);
        }
    }

    private int sumOfFeeds(int row) {
        int sum = 0;
        for (int i = 0; i < row; i++) {
            // Neighbours first, as eight full counters do not fit in one byte; the product has the sum of all pairs on
            // top.
            long pairs = (feeds[i] & PAIRS) + ((feeds[i] >>> Byte.SIZE) & PAIRS);
            sum += (int) ((pairs * PAIR_ONES) >>> (Long.SIZE - Short.SIZE));
        }
        return sum;
    }

    private boolean anyReturn(int row) {
        long any = 0;
        for (int i = 0; i < row; i++) {
            any |= returns[i];
        }
        return (any & ByteSearch.TOP_BITS) != 0;
    }
}
