package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/** Takes the carriage returns out of line terminators. */
final class LineReturns {
    private static final FastThreadLocal<byte[]> PIECE = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[8 * 1024];
        }
    };

    private LineReturns() {}

    /** Reads whole lines, and drops one carriage return before each line feed. What is returned is the caller's. */
    static ByteBuf dropped(ByteBufAllocator allocator, ByteBuf lines) {
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
            int next = Lanes.indexOf(Lanes.RETURNS, bytes, from, length);
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
