package cc.accu.server.internal.commit;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines on their way to a channel, gathered into few large writes. What is written is kept until {@link #forgetWritten},
 * so that it can be written once more elsewhere. Large batches are kept by reference: they must stay open as long. One
 * thread at a time.
 */
public final class OutputBuffer implements AutoCloseable {
    private static final int FULL_BYTES = 256 * 1024;

    /** Smaller batches are cheaper copied than written as a piece of their own. */
    private static final int REFERENCE_BYTES = 16 * 1024;

    /** Written up to their positions. Each ends with a line's end. */
    private final List<ByteBuffer> pieces = new ArrayList<>();

    private int firstPending;
    private long pendingBytes;
    private long writtenBytes;

    private ByteBuf chunk = newChunk();
    private int chunkInPieces;
    private final List<ByteBuf> fullChunks = new ArrayList<>();

    private static ByteBuf newChunk() {
        return PooledByteBufAllocator.DEFAULT.directBuffer(FULL_BYTES);
    }

    public void add(LineBatch batch) {
        int bytes = batch.bytes();
        if (bytes < REFERENCE_BYTES && hasChunkFor(bytes)) {
            chunk.writeBytes(batch.lines(), batch.lines().readerIndex(), bytes);
        } else {
            closePiece();
            pieces.add(batch.lines().nioBuffer());
        }
        pendingBytes += bytes;
    }

    /** Whether there is room to copy; without memory for it, batches are referenced. */
    private boolean hasChunkFor(int bytes) {
        if (chunk.writableBytes() >= bytes) {
            return true;
        }
        try {
            ByteBuf next = newChunk();
            closePiece();
            fullChunks.add(chunk);
            chunk = next;
            chunkInPieces = 0;
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    private void closePiece() {
        int bytes = chunk.writerIndex() - chunkInPieces;
        if (bytes > 0) {
            pieces.add(chunk.nioBuffer(chunkInPieces, bytes));
            chunkInPieces = chunk.writerIndex();
        }
    }

    /** Whether enough is gathered for a write. */
    public boolean isFull() {
        return pendingBytes >= FULL_BYTES;
    }

    public long pendingBytes() {
        return pendingBytes;
    }

    public long writtenBytes() {
        return writtenBytes;
    }

    /** Writes once, at most {@code most} bytes of what is pending, and says how many. */
    public long write(GatheringByteChannel channel, long most) throws IOException {
        closePiece();
        int end = firstPending;
        long room = most;
        while (end < pieces.size() && room > 0) {
            room -= pieces.get(end++).remaining();
        }
        ByteBuffer last = pieces.get(end - 1);
        int limit = last.limit();
        last.limit(limit + (int) Math.min(room, 0));
        long written;
        try {
            written = end - firstPending == 1
                    ? channel.write(last)
                    : channel.write(pieces.subList(firstPending, end).toArray(ByteBuffer[]::new));
        } finally {
            last.limit(limit);
        }
        pendingBytes -= written;
        writtenBytes += written;
        while (firstPending < pieces.size() && !pieces.get(firstPending).hasRemaining()) {
            firstPending++;
        }
        return written;
    }

    /** Bytes of the pending lines that fit into {@code room} bytes whole. */
    public long wholeLinesWithin(long room) {
        closePiece();
        long before = 0;
        for (ByteBuffer piece : pieces.subList(firstPending, pieces.size())) {
            if (before + piece.remaining() > room) {
                int end = piece.position() + (int) Math.max(room - before, 0);
                while (end > piece.position() && piece.get(end - 1) != '\n') {
                    end--;
                }
                return before + end - piece.position();
            }
            before += piece.remaining();
        }
        return before;
    }

    /** Bytes of the first pending line. */
    public long firstLineBytes() {
        closePiece();
        ByteBuffer piece = pieces.get(firstPending);
        int end = piece.position();
        while (piece.get(end) != '\n') {
            end++;
        }
        return end + 1L - piece.position();
    }

    /** What is written need not be written again. */
    public void forgetWritten() {
        pieces.subList(0, firstPending).clear();
        firstPending = 0;
        writtenBytes = 0;
        if (!pieces.isEmpty()) {
            pieces.set(0, pieces.get(0).slice());
        }
        if (pendingBytes == 0) {
            releaseFullChunks();
            chunk.clear();
            chunkInPieces = 0;
        }
    }

    /** Makes everything pending that is not forgotten. */
    public void rewind() {
        pieces.forEach(ByteBuffer::rewind);
        firstPending = 0;
        pendingBytes += writtenBytes;
        writtenBytes = 0;
    }

    private void releaseFullChunks() {
        fullChunks.forEach(ByteBuf::release);
        fullChunks.clear();
    }

    @Override
    public void close() {
        releaseFullChunks();
        chunk.release();
    }
}
