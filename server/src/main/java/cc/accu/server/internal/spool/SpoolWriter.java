package cc.accu.server.internal.spool;

import cc.accu.internal.framing.LineCounter;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.BatchAppender;
import cc.accu.server.internal.file.FileAppender;
import cc.accu.server.internal.file.FileProblem.Shortage;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Appends lines to the spool's files, in frames. A commit means that they are on the disk. While the spool is full it
 * cannot go on. One thread at a time.
 */
final class SpoolWriter implements BatchAppender {
    /** Larger ones cost a reader memory, smaller ones time. Lines are not cut for it. */
    private static final int FRAME_BYTES = 128 * 1024;

    /** Shorter, and the log would say over and over that senders are held. */
    private static final Duration FULL_FOR = Duration.ofSeconds(1);

    private final FileAppender file;
    private final SpoolProgress progress;
    private final long spool;
    private final long segmentBytes;
    private final FrameHead.Codec codec = new FrameHead.Codec();

    /** Not appended yet, but for {@link #appendedBytes} of the first one. */
    private final Deque<LineBatch> waiting = new ArrayDeque<>();

    private int appendedBytes;
    private int appendedLines;

    /** Of the last line that was appended. */
    private long last;

    private long uncommittedBytes;
    private long firstUncommittedMillis;
    private long bytesInSegment;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private boolean released;

    SpoolWriter(FileAppender file, SpoolProgress progress, long spool, long segmentBytes) {
        this.file = file;
        this.progress = progress;
        this.spool = spool;
        this.segmentBytes = segmentBytes;
        this.last = progress.committed();
        file.beginNext(); // a crash may have left an unfinished frame
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        waiting.add(batch);
        appendWaiting();
    }

    @Override
    public void commit() throws IOException {
        appendWaiting();
        commitAppended();
    }

    private void appendWaiting() throws IOException {
        try {
            while (!waiting.isEmpty()) {
                appendFrame(waiting.getFirst());
            }
        } catch (OutOfMemoryError full) {
            throw new Shortage("no-memory", "no memory left to write with", full);
        }
    }

    /** Appends the next lines of the batch. */
    private void appendFrame(LineBatch batch) throws IOException {
        ByteBuf lines = batch.lines();
        int start = lines.readerIndex() + appendedBytes;
        int bytes = frameBytes(lines, start);
        boolean isRest = start + bytes == lines.writerIndex();
        int count = isRest ? batch.count() - appendedLines : LineCounter.count(lines.nioBuffer(start, bytes));
        byte[] head = codec.line(new FrameHead(
                spool,
                last + 1,
                count,
                bytes,
                codec.checksumOf(lines, start, bytes),
                batch.receivedMillis(),
                batch.firstNumber() + appendedLines,
                batch.cut(),
                batch.end(),
                batch.origin()));
        LineBatch first = part(batch, Unpooled.wrappedBuffer(head), 1);
        LineBatch rest = bytes == batch.bytes() ? batch : part(batch, lines.slice(start, bytes), count);
        takeRoom(head.length + bytes);
        noteAppended(batch, count, bytes, isRest);
        append(first, rest);
    }

    /** Bytes of the lines that go into the next frame: whole ones. */
    private static int frameBytes(ByteBuf lines, int start) {
        int end = lines.writerIndex();
        if (end - start <= FRAME_BYTES) {
            return end - start;
        }
        int feed = lines.indexOf(start + FRAME_BYTES, start, (byte) '\n');
        return (feed < 0 ? lines.indexOf(start + FRAME_BYTES, end, (byte) '\n') : feed) + 1 - start;
    }

    private static LineBatch part(LineBatch batch, ByteBuf lines, int count) {
        return LineBatch.of(lines, count, batch.origin(), batch.firstNumber(), batch.receivedMillis());
    }

    /** What is appended already can be forwarded meanwhile: that makes room. */
    private void takeRoom(long bytes) throws IOException {
        try {
            if (uncommittedBytes > 0 && progress.isOver(bytes)) {
                commitAppended();
            }
            if (progress.takeRoom(bytes, FULL_FOR)) {
                return;
            }
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
        throw new Shortage(
                "spool-full", "the spool is full of lines that are not forwarded yet", new IOException("no room"));
    }

    private void noteAppended(LineBatch batch, int count, int bytes, boolean isRest) {
        if (uncommittedBytes == 0) {
            firstUncommittedMillis = batch.receivedMillis();
        }
        last += count;
        if (isRest) {
            waiting.removeFirst();
        }
        appendedLines = isRest ? 0 : appendedLines + count;
        appendedBytes = isRest ? 0 : appendedBytes + bytes;
    }

    /** Both are taken, also when they cannot be written for now. */
    private void append(LineBatch head, LineBatch lines) throws IOException {
        long bytes = (long) head.bytes() + lines.bytes();
        uncommittedBytes += bytes;
        if (bytesInSegment > 0 && bytesInSegment + bytes > segmentBytes) {
            file.beginNext();
            bytesInSegment = 0;
        }
        bytesInSegment += bytes;
        file.write(head, lines);
    }

    private void commitAppended() throws IOException {
        file.commit();
        if (uncommittedBytes > 0) {
            progress.committed(last, uncommittedBytes, firstUncommittedMillis);
            uncommittedBytes = 0;
        }
    }

    @Override
    public Durability durability() {
        return Durability.FSYNC;
    }

    /** The file stays open, and with it the right to it, until the spool gives it up. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        if (released) {
            file.close();
        }
    }

    /** Gives up the file, as soon as nothing is written to it any more. Any thread. */
    synchronized void release() throws IOException {
        released = true;
        if (closed) {
            file.close();
        }
    }

    @Override
    public Path directory() {
        return file.directory();
    }

    @Override
    public long rotations() {
        return file.rotations();
    }
}
