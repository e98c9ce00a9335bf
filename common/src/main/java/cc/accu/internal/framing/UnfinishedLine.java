package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder.Cumulator;

/**
 * Where Netty's decoder puts a line together. The memory for what the next read brings is taken before that read: when it
 * is not to be had, the bytes are still with the system. Event-loop confined.
 */
final class UnfinishedLine implements Cumulator {
    /** Besides what the network brings, the decoder gets a CR or a line feed of ours. */
    private static final int OWN_BYTES = 2;

    private ByteBuf next = Unpooled.EMPTY_BUFFER;

    /**
     * Makes room for so many bytes behind {@code line}, which the decoder has so far.
     *
     * @param most the longest line that the decoder gets
     */
    void makeRoom(ByteBufAllocator allocator, ByteBuf line, int more, int most) {
        int needed = line.readableBytes() + Math.min(more, Math.max(most - line.readableBytes(), 0)) + OWN_BYTES;
        if (line.readableBytes() + line.writableBytes() < needed && next.capacity() < needed) {
            release();
            next = allocator.buffer(Math.max(needed, Math.min(2 * line.capacity(), most + OWN_BYTES)));
        }
    }

    /** Memory that is set aside, in bytes. */
    int heldBytes() {
        return next.capacity();
    }

    @Override
    public ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf line, ByteBuf in) {
        if (!line.isReadable()) {
            line.release();
            return in;
        }
        try {
            int length = line.readableBytes() + in.readableBytes();
            if (in.readableBytes() <= line.maxFastWritableBytes() && !line.isReadOnly()) {
                return line.writeBytes(in);
            }
            ByteBuf larger = next.capacity() < length ? allocator.buffer(length) : takeNext();
            larger.writeBytes(line).writeBytes(in);
            line.release();
            return larger;
        } finally {
            in.release();
        }
    }

    private ByteBuf takeNext() {
        ByteBuf taken = next;
        next = Unpooled.EMPTY_BUFFER;
        return taken;
    }

    /** Gives back what is set aside. */
    void release() {
        takeNext().release();
    }
}
