package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** Copies and cuts of buffers that hold lines. What is returned belongs to the caller. */
final class LineBytes {
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
}
