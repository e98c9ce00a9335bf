package cc.accu.server.internal.spool;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the frames of a segment, also while it is written to. Holds a block of it in memory, or one frame if that is
 * larger; what it hands out has memory of its own. One thread.
 */
final class SegmentReader implements Closeable {
    private static final int BLOCK_BYTES = 256 * 1024;

    /** What is there to read next. */
    enum Found {
        /** A whole frame, as it was written. */
        FRAME,
        /** Nothing, for now. */
        END,
        /** The begin of something, of which the rest is not there, for now. */
        UNFINISHED,
        /** What was not written like that. */
        DAMAGED
    }

    private Segment segment;
    private final OptionalLong spool;
    private final FrameHead.Codec codec;
    private FileChannel file;

    /** Read up to {@link #readTo} in the file; begins with what is next. */
    private ByteBuf block = newBlock(BLOCK_BYTES);

    private long readTo;

    /** Of the frame that is next, if it is known to be one. */
    private @Nullable FrameHead head;

    private int headBytes;

    /** Of a frame of which only the head is as it was written. */
    private int damagedBytes;

    /** @param spool the id that frames must have; any if there is none */
    private SegmentReader(Segment segment, FileChannel file, OptionalLong spool, FrameHead.Codec codec) {
        this.segment = segment;
        this.file = file;
        this.spool = spool;
        this.codec = codec;
    }

    /** Opens it; empty if its name is another file's by now. */
    static Optional<SegmentReader> open(Segment segment, OptionalLong spool, FrameHead.Codec codec) throws IOException {
        return opened(segment).map(file -> new SegmentReader(segment, file, spool, codec));
    }

    private static Optional<FileChannel> opened(Segment segment) throws IOException {
        FileChannel file;
        try {
            file = FileChannel.open(segment.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException renamed) {
            return Optional.empty();
        }
        boolean kept = false;
        try {
            kept = segment.isInPlace();
            return kept ? Optional.of(file) : Optional.empty();
        } finally {
            if (!kept) {
                file.close();
            }
        }
    }

    /** False if a thread was interrupted while it read. */
    boolean isOpen() {
        return file.isOpen();
    }

    /** Opens it again under the name it has now, and goes on where it was; false if that is another file's by now. */
    boolean isReopened(Segment now) throws IOException {
        Optional<FileChannel> again = opened(now);
        if (again.isPresent()) {
            segment = now;
            file = again.get();
        }
        return again.isPresent();
    }

    private static ByteBuf newBlock(int bytes) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(bytes);
    }

    Segment segment() {
        return segment;
    }

    /** Where in the file that is which is next. */
    long offset() {
        return readTo - block.readableBytes();
    }

    /** Of the file, now. */
    long bytes() throws IOException {
        return file.size();
    }

    /** Looks what is next, which stays. */
    Found look() throws IOException {
        Found found = head == null ? lookAtBlock() : Found.FRAME;
        if (found == Found.DAMAGED) {
            restartAt(offset()); // it may have been read while it was written
            found = lookAtBlock();
        }
        return found;
    }

    /** Goes to the begin of the file. */
    void restart() {
        head = null;
        restartAt(0);
    }

    private void restartAt(long start) {
        readTo = start;
        block.clear();
    }

    private Found lookAtBlock() throws IOException {
        damagedBytes = 0;
        int feed = block.bytesBefore((byte) '\n');
        if (feed < 0) {
            boolean isTooLong = has(FrameHead.MOST_BYTES);
            feed = block.bytesBefore((byte) '\n');
            if (feed < 0) {
                return isTooLong ? Found.DAMAGED : block.isReadable() ? Found.UNFINISHED : Found.END;
            }
        }
        Optional<FrameHead> known =
                feed > FrameHead.MOST_BYTES ? Optional.empty() : codec.parse(block, block.readerIndex(), feed);
        return known.isPresent() ? lookAtFrame(known.get(), feed + 1) : Found.DAMAGED;
    }

    private Found lookAtFrame(FrameHead known, int feedEnd) throws IOException {
        if (spool.isPresent() && spool.getAsLong() != known.spool()) {
            return Found.DAMAGED;
        }
        if (!has((long) feedEnd + known.bytes())) {
            return Found.UNFINISHED;
        }
        int start = block.readerIndex() + feedEnd;
        if (codec.checksumOf(block, start, known.bytes()) != known.checksum()) {
            damagedBytes = feedEnd + known.bytes();
            return Found.DAMAGED;
        }
        head = known;
        headBytes = feedEnd;
        return Found.FRAME;
    }

    /** Reads on until the block has so many bytes; false if the file has not. */
    private boolean has(long bytes) throws IOException {
        if (block.readableBytes() < bytes && block.capacity() - block.readerIndex() < bytes) {
            if (bytes > BLOCK_BYTES && file.size() - offset() < bytes) {
                return false;
            }
            makeRoom(Math.toIntExact(bytes));
        }
        while (block.readableBytes() < bytes) {
            int more = file.read(block.nioBuffer(block.writerIndex(), block.writableBytes()), readTo);
            if (more < 0) {
                return false;
            }
            block.writerIndex(block.writerIndex() + more);
            readTo += more;
        }
        return true;
    }

    private void makeRoom(int bytes) {
        int room = Math.max(bytes, BLOCK_BYTES);
        if (block.capacity() == room) {
            block.discardReadBytes();
            return;
        }
        ByteBuf next = newBlock(room);
        next.writeBytes(block);
        block.release();
        block = next;
    }

    /** Goes behind the next frame that is as it was written, whatever is before it; empty if there is none, for now. */
    Optional<FrameHead> nextHead() throws IOException {
        while (true) {
            switch (look()) {
                case FRAME -> {
                    Optional<FrameHead> found = Optional.of(head());
                    pass();
                    return found;
                }
                case DAMAGED -> passDamaged();
                case END, UNFINISHED -> {
                    return Optional.empty();
                }
            }
        }
    }

    /** The head of the frame that is next. */
    FrameHead head() {
        if (head == null) {
            throw new IllegalStateException("no frame was found");
        }
        return head;
    }

    /** The lines of the frame that is next: a copy, as a slice would hold the whole block for a single line. */
    LineBatch batch() {
        FrameHead known = head();
        ByteBuf lines = PooledByteBufAllocator.DEFAULT.directBuffer(known.bytes());
        lines.writeBytes(block, block.readerIndex() + headBytes, known.bytes());
        return known.batch(lines);
    }

    /** Goes behind the frame that is next. */
    void pass() {
        block.skipBytes(headBytes + head().bytes());
        head = null;
    }

    /** Goes to where the next frame may begin. */
    void passDamaged() throws IOException {
        if (damagedBytes > 0 && isAtHead(damagedBytes)) {
            block.skipBytes(damagedBytes);
            return;
        }
        do {
            passLine();
        } while (has(1) && !isAtHead(0));
    }

    private void passLine() throws IOException {
        int feed = block.bytesBefore((byte) '\n');
        while (feed < 0) {
            block.skipBytes(block.readableBytes());
            if (!has(1)) {
                return;
            }
            feed = block.bytesBefore((byte) '\n');
        }
        block.skipBytes(feed + 1);
    }

    /** Whether a head may begin so far behind here, or nothing is there any more. */
    private boolean isAtHead(int bytes) throws IOException {
        return !has((long) bytes + FrameHead.Codec.MAGIC_BYTES)
                || FrameHead.Codec.isBegunBy(block, block.readerIndex() + bytes);
    }

    @Override
    public void close() throws IOException {
        block.release();
        file.close();
    }
}
