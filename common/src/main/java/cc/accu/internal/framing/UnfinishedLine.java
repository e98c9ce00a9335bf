package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder.Cumulator;

/**
 * What is kept of a line that the network cut. A short start is put in front of what is read next, so that the line is
 * whole again where the others are. A longer one Netty's decoder puts together here; the memory for what the next read
 * brings is taken before that read: when it is not to be had, the bytes are still with the system. Of a line that is
 * dropped, only its length is kept. Event-loop confined.
 */
final class UnfinishedLine implements Cumulator {
    private static final int MOST_START_BYTES = 4 * 1024;
    private static final byte[] NONE = {};
    /** Besides what the network brings, the decoder gets a CR or a line feed of ours. */
    private static final int OWN_BYTES = 2;

    /** Longer than the start that it holds, where one read after another is cut. */
    private byte[] start = NONE;

    private int startLength;
    private ByteBuf next = Unpooled.EMPTY_BUFFER;
    private long droppedBytes;
    private boolean droppedEndsWithReturn;

    /** Memory that is set aside, in bytes, besides what the decoder has. */
    int heldBytes() {
        return start.length + next.capacity();
    }

    /** Length of the start, in bytes; 0 if none is held. */
    int startLength() {
        return startLength;
    }

    /** The start, as long as it is held. */
    ByteBuf start() {
        return Unpooled.wrappedBuffer(start, 0, startLength);
    }

    /** Reads all of {@code in} as the start, if that is not too much; says whether it did. */
    boolean takeStart(ByteBuf in) {
        int all = in.readableBytes();
        if (all > MOST_START_BYTES) {
            return false;
        }
        if (start.length < all) {
            start = new byte[all];
        }
        in.readBytes(start, 0, all);
        startLength = all;
        return true;
    }

    /** Puts the start in front of {@code in}, if there is room before what it has to read; says whether it did. */
    boolean putStartBefore(ByteBuf in) {
        int from = in.readerIndex() - startLength;
        if (from < 0) {
            return false;
        }
        in.readerIndex(from).setBytes(from, start, 0, startLength);
        startLength = 0;
        return true;
    }

    /** Gives the start away, in a buffer that is the caller's. */
    ByteBuf giveStart(ByteBufAllocator allocator) {
        ByteBuf given = allocator.buffer(startLength).writeBytes(start, 0, startLength);
        startLength = 0;
        return given;
    }

    /** Everything is read for now: keeps no memory but for a start that is held. */
    void trim() {
        if (startLength == 0) {
            start = NONE;
        }
    }

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

    /** Gives back the memory for what the next read brings. */
    void release() {
        takeNext().release();
    }

    /** From now on the line is dropped while it comes in, with {@code bytes} of it seen already. */
    void startDropping(long bytes, boolean endsWithReturn) {
        droppedBytes = bytes;
        droppedEndsWithReturn = endsWithReturn;
    }

    /** Drops what belongs to the line; says whether its terminator was there. */
    boolean drop(ByteBuf in) {
        int feed = in.bytesBefore((byte) '\n');
        int taken = feed < 0 ? in.readableBytes() : feed;
        if (taken > 0) {
            droppedEndsWithReturn = in.getByte(in.readerIndex() + taken - 1) == '\r';
        }
        droppedBytes += taken;
        in.skipBytes(feed < 0 ? taken : taken + 1);
        return feed >= 0;
    }

    /** Length of the dropped line, without the carriage return of its terminator. */
    long droppedBytes() {
        return droppedEndsWithReturn ? droppedBytes - 1 : droppedBytes;
    }
}
