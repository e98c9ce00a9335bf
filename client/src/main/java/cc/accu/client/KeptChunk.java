package cc.accu.client;

import cc.accu.internal.framing.LineFeeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * One buffer of whole lines that are kept until they are acknowledged. Only ever appended to, so that a channel may
 * write the front while more is added behind: its memory never moves. Owns it until {@link #release}. One thread at a
 * time: the lock of {@link Unacknowledged}.
 */
final class KeptChunk {
    private static final int LEAST_BYTES = 64 * 1024;

    private final ByteBuf lines;
    private final Tally before;
    private long messages;

    private KeptChunk(ByteBuf lines, Tally before) {
        this.lines = lines;
        this.before = before;
    }

    /**
     * An empty one, with room for at least {@code bytes}.
     *
     * @param before all that was sent before
     */
    static KeptChunk withRoomFor(int bytes, Tally before, ByteBufAllocator allocator) {
        int capacity = Math.max(bytes, LEAST_BYTES);
        return new KeptChunk(allocator.directBuffer(capacity, capacity), before);
    }

    boolean hasRoomFor(int bytes) {
        return lines.writableBytes() >= bytes;
    }

    void add(ByteBuffer more, int count) {
        lines.writeBytes(more);
        messages += count;
    }

    /** All that was sent up to the end of this chunk. */
    Tally end() {
        return before.plus(messages, lines.writerIndex());
    }

    /** All that was sent up to {@code bytes} behind {@code start}, which is in this chunk. */
    Tally upTo(Tally start, int bytes) {
        return start.plus(LineFeeds.count(lines.nioBuffer(offset(start), bytes)), bytes);
    }

    /** All that was sent before the message that comes after so many; it is in this chunk. */
    Tally startOf(long number) {
        int offset = Lines.offsetAfter(lines.nioBuffer(0, lines.writerIndex()), number - before.messages());
        return new Tally(number, before.bytes() + offset);
    }

    /** The length of the message that starts there, without its terminator. */
    int lengthAt(Tally start) {
        int offset = offset(start);
        return Lines.firstLength(lines.nioBuffer(offset, lines.writerIndex() - offset));
    }

    private int offset(Tally start) {
        return (int) (start.bytes() - before.bytes());
    }

    /** Lines from {@code start} on, up to the one that gets to {@code most} bytes; the channel releases them. */
    Piece toWrite(Tally start, long most) {
        Tally end = end();
        if (most < end.bytes()) {
            int feed = lines.indexOf((int) (most - before.bytes()) - 1, lines.writerIndex(), (byte) '\n');
            end = upTo(start, feed + 1 - offset(start));
        }
        return new Piece(lines.retainedSlice(offset(start), (int) (end.bytes() - start.bytes())), this, start, end);
    }

    void release() {
        lines.release();
    }
}
