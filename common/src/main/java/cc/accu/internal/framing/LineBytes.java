package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;

/** Copies and cuts of buffers that hold lines. What is returned belongs to the caller. */
final class LineBytes {
    private static final FastThreadLocal<byte[]> PIECE = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[8 * 1024];
        }
    };

    private LineBytes() {}

    /** Reads all. */
    static ByteBuf copy(ByteBufAllocator allocator, ByteBuf in) {
        return allocator.buffer(in.readableBytes()).writeBytes(in);
    }

    /** Reads {@code length} bytes and puts a line feed behind them. */
    static ByteBuf terminated(ByteBufAllocator allocator, ByteBuf in, int length) {
        return allocator.buffer(length + 1).writeBytes(in, length).writeByte('\n');
    }

    /** The length of the line that starts here, to its terminator or the end, without one CR there. */
    static int lengthSeen(ByteBuf in) {
        int feed = in.bytesBefore((byte) '\n');
        int length = feed < 0 ? in.readableBytes() : feed;
        return length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r' ? length - 1 : length;
    }

    /** One byte that can be read again and again, through duplicates. */
    static ByteBuf constant(char value) {
        return Unpooled.unreleasableBuffer(
                Unpooled.wrappedBuffer(new byte[] {(byte) value}).asReadOnly());
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
            copy.writeBytes(piece, 0, dropIn(piece, length));
        }
        return copy;
    }

    /** Moves what stays to the start of {@code bytes}, and says how much that is. */
    private static int dropIn(byte[] bytes, int length) {
        int kept = 0;
        int from = 0;
        while (from < length) {
            int next = ByteSearch.indexOf(ByteSearch.RETURNS, bytes, from, length);
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
