package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds what terminates lines. In arrays eight bytes are looked at as one word, whose lanes they are: a word holds the byte
 * wanted where the word, XORed with that byte in every lane, has a zero lane. Any thread.
 */
public final class ByteSearch {
    /** One in each lane; a byte times that is the byte in each. */
    public static final long ONES = 0x0101010101010101L;

    public static final long TOP_BITS = 0x8080808080808080L;
    static final long FEEDS = '\n' * ONES;
    static final long RETURNS = '\r' * ONES;

    private static final long LOW_SEVEN = ~TOP_BITS;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final FastThreadLocal<byte[]> PIECE = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[8 * 1024];
        }
    };

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

    /** The length of the line that starts here, to its terminator or the end, without one CR there. */
    static int lineLength(ByteBuf in) {
        int feed = in.bytesBefore((byte) '\n');
        int length = feed < 0 ? in.readableBytes() : feed;
        return length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r' ? length - 1 : length;
    }

    /** Reads whole lines, and drops one carriage return before each line feed. What is returned is the caller's. */
    static ByteBuf withoutReturns(ByteBufAllocator allocator, ByteBuf lines) {
        byte[] piece = PIECE.get();
        ByteBuf copy = allocator.buffer(lines.readableBytes());
        while (lines.isReadable()) {
            int length = Math.min(lines.readableBytes(), piece.length);
            if (length < lines.readableBytes() && lines.getByte(lines.readerIndex() + length - 1) == '\r') {
                length--; // whether it is dropped depends on the byte behind it
            }
            lines.readBytes(piece, 0, length);
            copy.writeBytes(piece, 0, dropReturns(piece, length));
        }
        return copy;
    }

    /** Moves what stays to the start of {@code bytes}, and says how much that is. */
    private static int dropReturns(byte[] bytes, int length) {
        int kept = 0;
        int from = 0;
        while (from < length) {
            int next = indexOf(RETURNS, bytes, from, length);
            System.arraycopy(bytes, from, bytes, kept, next - from);
            kept += next - from;
            from = next + 1;
            boolean isLone = next < length && (from == length || bytes[from] != '\n');
            if (isLone) {
                bytes[kept++] = '\r';
            }
        }
        return kept;
    }
}
