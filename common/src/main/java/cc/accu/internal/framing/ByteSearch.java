package cc.accu.internal.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds bytes by looking at eight of them as one word, whose lanes they are: a word holds the byte wanted where the word,
 * XORed with that byte in every lane, has a zero lane. Any thread.
 */
public final class ByteSearch {
    /** One in each lane; a byte times that is the byte in each. */
    public static final long ONES = 0x0101010101010101L;

    public static final long TOP_BITS = 0x8080808080808080L;
    static final long FEEDS = '\n' * ONES;
    static final long RETURNS = '\r' * ONES;

    private static final long LOW_SEVEN = ~TOP_BITS;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private ByteSearch() {}

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

    /** The eight bytes from {@code bytes[at]} on; the first is in the lowest lane. */
    public static long word(byte[] bytes, int at) {
        return (long) WORDS.get(bytes, at);
    }

    /** Puts a {@link #word} to {@code bytes[at]}. */
    public static void setWord(byte[] bytes, int at, long word) {
        WORDS.set(bytes, at, word);
    }

    /** How many lanes are below the lowest one of which the top bit is set; eight if there is none. */
    public static int lanesBelow(long topBits) {
        return Long.numberOfTrailingZeros(topBits) / Byte.SIZE;
    }

    /** Index of the first line feed in {@code bytes[from]} to {@code bytes[to - 1]}; {@code to} if there is none. */
    public static int indexOfFeed(byte[] bytes, int from, int to) {
        return indexOf(FEEDS, bytes, from, to);
    }

    /** Index of the first byte in the range that is the one in all lanes of {@code wanted}, or {@code to}. */
    static int indexOf(long wanted, byte[] bytes, int from, int to) {
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long found = lowestZero(word(bytes, at) ^ wanted) & TOP_BITS;
            if (found != 0) {
                return at + lanesBelow(found);
            }
        }
        while (at < to && bytes[at] != (byte) wanted) {
            at++;
        }
        return at;
    }
}
