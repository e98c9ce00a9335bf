package cc.accu.internal.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes looked at as one word: a word holds the byte wanted where the word, XORed with that byte in every lane,
 * has a zero lane.
 */
final class Lanes {
    static final long ONES = 0x0101010101010101L;
    static final long TOP_BITS = 0x8080808080808080L;
    static final long FEEDS = '\n' * ONES;
    static final long RETURNS = '\r' * ONES;

    private static final long LOW_SEVEN = ~TOP_BITS;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Lanes() {}

    /** The top bit of each lane that is zero, exactly: no carry passes from one lane to the next. */
    static long zeros(long word) {
        return ~(((word & LOW_SEVEN) + LOW_SEVEN) | word | LOW_SEVEN);
    }

    /**
     * The top bit of the lowest lane that is zero, and of none below it. The lanes above it mean nothing, nor do all
     * the other bits: cheaper than {@link #zeros}.
     */
    static long lowestZero(long word) {
        return (word - ONES) & ~word;
    }

    /** Index of the first byte in the range that is the one in all lanes of {@code wanted}, or {@code to}. */
    static int indexOf(long wanted, byte[] bytes, int from, int to) {
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long found = lowestZero((long) WORDS.get(bytes, at) ^ wanted) & TOP_BITS;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (at < to && bytes[at] != (byte) wanted) {
            at++;
        }
        return at;
    }
}
