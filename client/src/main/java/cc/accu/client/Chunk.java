package cc.accu.client;

import cc.accu.internal.framing.LineFeeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * One buffer of whole lines on its way out, and how far it was written. Owns its memory until {@link #release}; the
 * channel is handed a reference of its own. One thread at a time: the lock of {@link Outbound}.
 */
final class Chunk {
    private static final int FIRST_BYTES = 8 * 1024;
    private static final int MOST_BYTES = 64 * 1024;

    private final ByteBuf lines;
    private long messages;
    private int writtenBytes;
    private long writtenMessages;

    private Chunk(ByteBuf lines) {
        this.lines = lines;
    }

    /** An empty one, with room for at least {@code bytes}. */
    static Chunk withRoomFor(int bytes, ByteBufAllocator allocator) {
        return new Chunk(allocator.directBuffer(Math.max(bytes, FIRST_BYTES)));
    }

    boolean hasRoomFor(int bytes) {
        return lines.readableBytes() + bytes <= MOST_BYTES;
    }

    void add(ByteBuffer more, int count) {
        lines.writeBytes(more);
        messages += count;
    }

    int bytes() {
        return lines.readableBytes();
    }

    /** A reference for the channel, which releases it. Nothing may be added after that. */
    ByteBuf toWrite() {
        return lines.retainedDuplicate();
    }

    /** Notes that the first {@code bytes} are written, and returns how many messages that completes. */
    long written(int bytes) {
        long before = writtenMessages;
        if (bytes == bytes()) {
            writtenMessages = messages;
        } else {
            writtenMessages += LineFeeds.count(lines.nioBuffer(writtenBytes, bytes - writtenBytes));
        }
        writtenBytes = bytes;
        return writtenMessages - before;
    }

    int writtenBytes() {
        return writtenBytes;
    }

    boolean isWritten() {
        return writtenBytes == bytes();
    }

    void release() {
        lines.release();
    }
}
