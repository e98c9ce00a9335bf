package cc.accu.client.cli;

import cc.accu.internal.framing.LineCounter;
import cc.accu.internal.transport.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream into blocks of whole lines, and ends the last line if the stream does not. A line that is longer than its
 * buffer comes in parts, unless lines must be whole. Owns the stream. One thread.
 */
final class LineSource implements Closeable {
    private static final int FIRST_BYTES = 256 * 1024;
    /** A block is copied on its way a few times, and is not all that there is. */
    private static final long LARGEST_SHARE_OF_MEMORY = 16;

    private final String name;
    private final InputStream stream;
    private byte[] buffer;
    private int start;
    private int end;
    private boolean over;
    private boolean amidLine;
    private boolean onlyWhole;
    private long mostLineBytes;
    private long lines;

    LineSource(String name, InputStream stream) {
        this(name, stream, FIRST_BYTES);
    }

    /**
     * @param bufferBytes a line with fewer, its line feed counted, is never cut
     */
    LineSource(String name, InputStream stream, int bufferBytes) {
        this.name = name;
        this.stream = stream;
        this.buffer = new byte[bufferBytes];
    }

    /**
     * From now on gives only whole lines, and fails at the first that is longer than this and does not fit into the buffer.
     */
    void giveOnlyWholeLines(long mostBytes) {
        onlyWhole = true;
        mostLineBytes = mostBytes;
    }

    /** The next lines, or a part of one, which does not end with a line feed; none at the end. Valid until the next call. */
    ByteBuffer next() throws IOException {
        keepRest();
        while (!over) {
            if (end == buffer.length && !hasMoreRoom()) {
                return upTo(end);
            }
            int searched = end;
            read();
            for (int at = end - 1; at >= searched; at--) {
                if (buffer[at] == '\n') {
                    return upTo(at + 1);
                }
            }
        }
        if (end > start || amidLine) {
            // There is room: a full buffer was given away before the end was seen.
            buffer[end++] = '\n';
        }
        return upTo(end);
    }

    private void read() throws IOException {
        int count;
        try {
            count = stream.read(buffer, end, buffer.length - end);
        } catch (IOException failure) {
            throw cannotRead(name, failure);
        }
        over = count < 0;
        end += Math.max(0, count);
    }

    /** Says why, and what to do. */
    static IOException cannotRead(String name, IOException failure) {
        String advice = Reason.of(failure) == Reason.IO_ERROR
                ? "; is it a file of lines, and its disk in order? \"dmesg\" may say more"
                : "";
        return new IOException("cannot read " + name + ": " + Reason.describe(failure) + advice, failure);
    }

    /** Makes some, or says that what is there is to be given away. */
    private boolean hasMoreRoom() throws IOException {
        if (!onlyWhole) {
            return false;
        }
        // With its carriage return and its line feed.
        long most = mostLineBytes + 2;
        long affordable = Runtime.getRuntime().maxMemory() / LARGEST_SHARE_OF_MEMORY;
        if (buffer.length >= Math.min(most, affordable)) {
            throw new IOException(
                    buffer.length >= most
                            ? what() + " is longer than the server takes, which is " + mostLineBytes
                                    + " bytes; nothing behind it was sent"
                            : what() + " has more than " + buffer.length
                                    + " bytes, too many for the memory of this process; give it more with java -Xmx");
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(Math.max(most, FIRST_BYTES), 2L * buffer.length));
        return true;
    }

    private String what() {
        return "line " + (lines + 1) + " of " + name;
    }

    private ByteBuffer upTo(int blockEnd) {
        ByteBuffer block = ByteBuffer.wrap(buffer, start, blockEnd - start);
        if (block.hasRemaining()) {
            amidLine = buffer[blockEnd - 1] != '\n';
        }
        if (onlyWhole) {
            lines += LineCounter.count(block);
        }
        start = blockEnd;
        return block;
    }

    private void keepRest() {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
