package cc.accu.client;

import cc.accu.internal.framing.LineCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lines that are not settled, oldest first, and three cursors over all that was ever added: how far they were handed
 * to the current connection, how far they were written by any, how far they are settled. One thread at a time: the lock
 * of {@link SendQueue}.
 */
final class Segments {
    // Made here, and not with the first line: it takes a while, and no timeout is running yet.
    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final List<Segment> segments = new ArrayList<>();
    private final ResendWindow resendWindow = new ResendWindow();
    private int handing;
    private Position added = Position.NONE;
    private Position handed = Position.NONE;
    private Position written = Position.NONE;
    private Position settled = Position.NONE;

    /** A place in all that was ever sent: so many messages, and so many bytes with terminators, come before it. */
    record Position(long messages, long bytes) {
        static final Position NONE = new Position(0, 0);

        Position plus(long moreMessages, long moreBytes) {
            return new Position(messages + moreMessages, bytes + moreBytes);
        }
    }

    /**
     * Lines to be written.
     *
     * @param lines a reference for the channel, which releases it
     * @param segment where they are kept
     * @param start all that was sent before them
     * @param end all that was sent up to their end
     */
    record Piece(ByteBuf lines, Segment segment, Position start, Position end) {
        int bytes() {
            return (int) (end.bytes() - start.bytes());
        }
    }

    void add(ByteBuffer lines, int messages) {
        int bytes = lines.remaining();
        if (segments.isEmpty() || !last().hasRoomFor(bytes)) {
            segments.add(Segment.withRoomFor(bytes, added, allocator));
        }
        last().add(lines, messages);
        added = added.plus(messages, bytes);
    }

    private Segment last() {
        return segments.get(segments.size() - 1);
    }

    /** All that was ever added. */
    Position added() {
        return added;
    }

    /** All that is with the kernel, or was once. */
    Position written() {
        return written;
    }

    /** All that needs no more care: the messages exactly, the bytes as they were told to {@link #settle}. */
    Position settled() {
        return settled;
    }

    boolean isEmpty() {
        return settled.bytes() == added.bytes();
    }

    /** The next lines for the connection, as far as it should have them. */
    Optional<Piece> next() {
        if (handing < segments.size() - 1 && handed.equals(segments.get(handing).end())) {
            handing++;
        }
        if (handed.equals(added) || handed.bytes() >= resendWindow.end()) {
            return Optional.empty();
        }
        Piece piece = segments.get(handing).toWrite(handed, resendWindow.end());
        handed = piece.end();
        return Optional.of(piece);
    }

    /** Starts again, for a new connection, from the first message that is not settled: its number, counted from 0. */
    long restart() {
        Position first = isEmpty() ? added : firstUnsettled().startOf(settled.messages());
        resendWindow.begin(first.bytes(), handed.bytes());
        handing = 0;
        handed = first;
        return settled.messages();
    }

    /** The first {@code bytes} of a piece are with the kernel. */
    void written(Piece piece, int bytes) {
        long end = piece.start().bytes() + bytes;
        if (end <= written.bytes()) {
            return;
        }
        if (bytes == piece.bytes()) {
            written = piece.end();
        } else if (segments.contains(piece.segment())) {
            Position from = written.bytes() > piece.start().bytes() ? written : piece.start();
            written = piece.segment().upTo(from, (int) (end - from.bytes()));
        }
    }

    /**
     * All up to there, which was handed out, needs no more care.
     *
     * @param upTo may have fewer bytes than its messages have: what they share a segment with is kept a little longer
     */
    void settle(Position upTo) {
        settled = upTo;
        resendWindow.lift();
        int done = 0;
        while (done < segments.size() && isSettled(segments.get(done).end())) {
            segments.get(done++).release();
        }
        segments.subList(0, done).clear();
        handing = Math.max(0, handing - done);
    }

    private boolean isSettled(Position end) {
        return end.bytes() <= settled.bytes() || end.messages() < settled.messages();
    }

    /** Where the first message is that is not settled; there is one. */
    private Segment firstUnsettled() {
        Segment first = segments.get(0);
        return first.end().messages() > settled.messages() ? first : segments.get(1);
    }

    /** The length of the first message that is not settled, of which there is one. */
    int firstLength() {
        Segment segment = firstUnsettled();
        return segment.lengthAt(segment.startOf(settled.messages()));
    }

    /** The number of bytes in the first {@code lines} lines of {@code block}, of which it has as many. */
    static int offsetAfter(ByteBuffer block, long lines) {
        int at = block.position();
        for (long left = lines; left > 0; at++) {
            left -= block.get(at) == '\n' ? 1 : 0;
        }
        return at - block.position();
    }

    /** The length of the first line of {@code block}, without its line feed and a carriage return before that. */
    static int lengthOfFirst(ByteBuffer block) {
        int feed = block.position();
        while (block.get(feed) != '\n') {
            feed++;
        }
        int length = feed - block.position();
        return length > 0 && block.get(feed - 1) == '\r' ? length - 1 : length;
    }

    void clear() {
        segments.forEach(Segment::release);
        segments.clear();
    }

    /**
     * One buffer of lines. Only ever appended to, so that a channel may write the front while more is added behind: its
     * memory never moves. Owns it until {@link #release}.
     */
    static final class Segment {
        private static final int LEAST_BYTES = 64 * 1024;

        private final ByteBuf lines;
        private final Position before;
        private long messages;

        private Segment(ByteBuf lines, Position before) {
            this.lines = lines;
            this.before = before;
        }

        private static Segment withRoomFor(int bytes, Position before, ByteBufAllocator allocator) {
            int capacity = Math.max(bytes, LEAST_BYTES);
            return new Segment(allocator.directBuffer(capacity, capacity), before);
        }

        private boolean hasRoomFor(int bytes) {
            return lines.writableBytes() >= bytes;
        }

        private void add(ByteBuffer more, int count) {
            lines.writeBytes(more);
            messages += count;
        }

        private Position end() {
            return before.plus(messages, lines.writerIndex());
        }

        /** All that was sent up to {@code bytes} behind {@code start}, which is in this segment. */
        private Position upTo(Position start, int bytes) {
            return start.plus(LineCounter.count(lines.nioBuffer(offset(start), bytes)), bytes);
        }

        /** All that was sent before the message that comes after so many; it is in this segment. */
        private Position startOf(long number) {
            int offset = offsetAfter(lines.nioBuffer(0, lines.writerIndex()), number - before.messages());
            return new Position(number, before.bytes() + offset);
        }

        /** The length of the message that starts there, without its terminator. */
        private int lengthAt(Position start) {
            int offset = offset(start);
            return lengthOfFirst(lines.nioBuffer(offset, lines.writerIndex() - offset));
        }

        private int offset(Position start) {
            return (int) (start.bytes() - before.bytes());
        }

        /** What comes after {@code start}, up to the line that gets to {@code most} bytes. */
        private Piece toWrite(Position start, long most) {
            Position end = end();
            if (most < end.bytes()) {
                int feed = lines.indexOf((int) (most - before.bytes()) - 1, lines.writerIndex(), (byte) '\n');
                end = upTo(start, feed + 1 - offset(start));
            }
            return new Piece(lines.retainedSlice(offset(start), (int) (end.bytes() - start.bytes())), this, start, end);
        }

        private void release() {
            lines.release();
        }
    }

    /**
     * How far a connection is given lines before it has acknowledged any. All there are, unless the connections before it came
     * to nothing: one that always breaks in the middle of a large hand-over takes the first acknowledgements with it, however
     * often that is tried. So each one after that gets less, down to a line, until one acknowledges something. Positions count
     * bytes over all connections. One thread at a time: the lock of {@link SendQueue}.
     */
    static final class ResendWindow {
        private static final long FIRST_BYTES = 64 * 1024;
        // Each connection waits longer than the one before: halves would take half a minute to get down to a line.
        private static final long DIVISOR = 4;
        private static final long UNLIMITED = Long.MAX_VALUE;

        private long bytes = UNLIMITED;
        private long start;
        private long end = UNLIMITED;

        /**
         * A connection begins.
         *
         * @param first where it begins
         * @param handed how far the last one was given lines
         */
        void begin(long first, long handed) {
            if (first > start) {
                bytes = UNLIMITED;
            } else if (handed > first) {
                bytes = bytes == UNLIMITED ? FIRST_BYTES : Math.max(1, bytes / DIVISOR);
            }
            start = first;
            end = bytes == UNLIMITED ? UNLIMITED : first + bytes;
        }

        /** The connection has acknowledged something. */
        void lift() {
            end = UNLIMITED;
        }

        /** Where it ends: the line that gets there goes, the next one waits. */
        long end() {
            return end;
        }
    }
}
