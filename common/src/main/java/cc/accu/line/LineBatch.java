package cc.accu.line;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whole lines of one connection that arrived together: one buffer, in which every line ends with LF and has no other
 * terminator. A line that was cut, or was the unterminated last one, is a batch of its own, so a mark holds for the
 * whole batch.
 *
 * <p>Single owner: whoever was handed the batch last closes it, once. One thread at a time.
 */
public final class LineBatch implements AutoCloseable {
    private final ByteBuf lines;

    /** Kept, as it is asked for often and buffers are of several kinds, which makes asking them slow. */
    private int bytes;

    private int count;
    private final Origin origin;
    private long firstNumber;
    private final long receivedMillis;
    private final boolean cut;
    private final @Nullable End end;
    private boolean closed;

    /** Takes ownership of {@code lines}, which must hold {@code count} lines, each with its LF. */
    public static LineBatch of(ByteBuf lines, int count, Origin origin, long firstNumber, long receivedMillis) {
        return new LineBatch(lines, count, origin, firstNumber, receivedMillis, false, null);
    }

    /** The same, for lines of which the last was {@code cut} or ended without a terminator, in the way {@code end} says. */
    public LineBatch(
            ByteBuf lines,
            int count,
            Origin origin,
            long firstNumber,
            long receivedMillis,
            boolean cut,
            @Nullable End end) {
        this.lines = lines;
        this.bytes = lines.readableBytes();
        this.count = count;
        this.origin = origin;
        this.firstNumber = firstNumber;
        this.receivedMillis = receivedMillis;
        this.cut = cut;
        this.end = end;
    }

    /** The lines with their terminators. Read it through its own indices or a duplicate; the batch stays the owner. */
    public ByteBuf lines() {
        return lines;
    }

    /** How many lines there are: at least 1, until they are taken off. */
    public int count() {
        return count;
    }

    /** Whether all lines were taken off. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** Bytes of all lines with their terminators. */
    public int bytes() {
        return bytes;
    }

    /** Bytes of memory that the batch holds while it lives: a slice holds the whole buffer that it was cut from. */
    public int heldBytes() {
        ByteBuf whole = lines;
        for (ByteBuf outer = lines; outer != null; outer = outer.unwrap()) {
            whole = outer;
        }
        return whole.capacity();
    }

    public Origin origin() {
        return origin;
    }

    /** The number of the first line in its connection, from 1. */
    public long firstNumber() {
        return firstNumber;
    }

    /** When the bytes were read from the socket, in milliseconds since 1970. */
    public long receivedMillis() {
        return receivedMillis;
    }

    /** Whether this is a piece of a line that was too long, and more of that line follows. */
    public boolean cut() {
        return cut;
    }

    /** How the input ended, if this is a last line without a terminator. */
    public Optional<End> end() {
        return Optional.ofNullable(end);
    }

    /** Another batch of the same lines and memory, with an owner of its own. Nobody may change the lines from now on. */
    public LineBatch share() {
        return new LineBatch(lines.retainedDuplicate(), count, origin, firstNumber, receivedMillis, cut, end);
    }

    /** Takes off the first lines, so many bytes with their terminators; the others keep their numbers. */
    public void skip(int skippedLines, int skippedBytes) {
        lines.skipBytes(skippedBytes);
        bytes -= skippedBytes;
        count -= skippedLines;
        firstNumber += skippedLines;
    }

    /** Takes off the first line; the numbers of the others start again at 1. There must be others. */
    public void dropFirst() {
        skip(1, lines.bytesBefore((byte) '\n') + 1);
        firstNumber = 1;
    }

    /** Passes each line, as a copy, in order. */
    public void forEach(Consumer<? super Line> action) {
        long number = firstNumber;
        int start = lines.readerIndex();
        while (start < lines.writerIndex()) {
            int feed = lines.indexOf(start, lines.writerIndex(), (byte) '\n');
            byte[] bytes = new byte[feed - start];
            lines.getBytes(start, bytes);
            action.accept(new Line(bytes, this, number++));
            start = feed + 1;
        }
    }

    /** Gives the memory back; does nothing the second time. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            lines.release();
        }
    }
}
