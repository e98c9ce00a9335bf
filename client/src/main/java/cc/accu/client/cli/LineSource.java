package cc.accu.client.cli;

import cc.accu.internal.framing.LineCounter;
import cc.accu.internal.process.StandardStream;
import cc.accu.internal.text.TypedText;
import cc.accu.internal.transport.Reason;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Cuts streams, one after another, into blocks of whole lines, and ends the last line of each if the stream does not. A
 * line that is longer than the buffer comes in parts, unless lines must be whole. Owns the streams. One thread.
 */
final class LineSource implements Closeable {
    /** {@link #expectedBytes} when nobody can know. */
    static final long UNKNOWN = -1;

    private static final int FIRST_BYTES = 256 * 1024;
    /** A block is copied on its way a few times, and is not all that there is. */
    private static final long LARGEST_SHARE_OF_MEMORY = 16;

    private final Deque<Input> streams;
    private final long expectedBytes;
    private byte[] buffer;
    private int start;
    private int end;
    private boolean over;
    private boolean amidLine;
    private boolean onlyWhole;
    private long mostLineBytes;
    private long lines;

    private record Input(String name, InputStream stream) {}

    private LineSource(List<Input> streams, long expectedBytes, int bufferBytes) {
        this.streams = new ArrayDeque<>(streams);
        this.expectedBytes = expectedBytes;
        this.buffer = new byte[bufferBytes];
    }

    /**
     * The lines of one stream.
     *
     * @param bufferBytes a line with fewer, its line feed counted, is never cut
     */
    static LineSource of(String name, InputStream stream, int bufferBytes) {
        return new LineSource(List.of(new Input(name, stream)), UNKNOWN, bufferBytes);
    }

    /** Each message as a line. */
    static LineSource ofMessages(List<String> messages) {
        byte[] typed = TypedText.bytes(String.join("\n", messages) + "\n");
        Input arguments = new Input("arguments", new ByteArrayInputStream(typed));
        return new LineSource(List.of(arguments), typed.length, FIRST_BYTES);
    }

    /** The lines of standard input, which stays open. */
    static LineSource ofStandardInput(InputStream stream) throws IOException {
        return new LineSource(List.of(standard(stream)), UNKNOWN, FIRST_BYTES);
    }

    /**
     * The lines of files, all of which are opened here.
     *
     * @param names paths that this JVM can open, or {@code -} for standard input
     */
    static LineSource ofFiles(List<String> names, InputStream standardInput) throws IOException {
        List<Input> files = new ArrayList<>();
        boolean complete = false;
        try {
            long bytes = 0;
            for (String name : names) {
                boolean standard = name.equals("-");
                files.add(standard ? standard(standardInput) : open(name));
                bytes = standard || bytes == UNKNOWN ? UNKNOWN : bytes + Files.size(TypedText.path(name));
            }
            LineSource all = new LineSource(files, bytes, FIRST_BYTES);
            complete = true;
            return all;
        } finally {
            if (!complete) {
                close(files);
            }
        }
    }

    private static Input standard(InputStream stream) throws IOException {
        Optional<String> missing =
                StandardStream.INPUT.missing("that is where lines are read, without a MESSAGE or --file");
        if (missing.isPresent()) {
            throw new IOException(missing.get());
        }
        return new Input("standard input", keptOpen(stream));
    }

    /** Standard input is not ours to close. */
    private static InputStream keptOpen(InputStream stream) {
        return new FilterInputStream(stream) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return in.read(bytes, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    private static Input open(String name) throws IOException {
        Path path = TypedText.path(name);
        if (Files.isDirectory(path)) {
            throw new IOException("cannot read " + name + ": it is a directory");
        }
        try {
            return new Input(name, Files.newInputStream(path));
        } catch (IOException failure) {
            throw cannotRead(name, failure);
        }
    }

    /** Says why, and what to do. */
    static IOException cannotRead(String name, IOException failure) {
        String advice = Reason.of(failure) == Reason.IO_ERROR
                ? "; is it a file of lines, and its disk in order? \"dmesg\" may say more"
                : "";
        return new IOException("cannot read " + name + ": " + Reason.describe(failure) + advice, failure);
    }

    /**
     * From now on gives only whole lines, and fails at the first that is longer than this and does not fit into the buffer.
     */
    void giveOnlyWholeLines(long mostBytes) {
        onlyWhole = true;
        mostLineBytes = mostBytes;
    }

    long expectedBytes() {
        return expectedBytes;
    }

    /**
     * The next lines, each with its line feed: as many as there are without waiting for more; none at the end. What does
     * not end with a line feed is a part of a line that goes on with the next. Valid until the next call.
     */
    ByteBuffer next() throws IOException {
        while (!streams.isEmpty()) {
            ByteBuffer block = next(streams.element());
            if (block.hasRemaining()) {
                return block;
            }
            streams.remove().stream.close();
            over = false;
            lines = 0;
        }
        return ByteBuffer.allocate(0);
    }

    private ByteBuffer next(Input from) throws IOException {
        keepRest();
        while (!over) {
            if (end == buffer.length && !hasMoreRoom(from)) {
                return upTo(end);
            }
            int searched = end;
            read(from);
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

    private void keepRest() {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
    }

    private void read(Input from) throws IOException {
        int count;
        try {
            count = from.stream.read(buffer, end, buffer.length - end);
        } catch (IOException failure) {
            throw cannotRead(from.name, failure);
        }
        over = count < 0;
        end += Math.max(0, count);
    }

    /** Makes some, or says that what is there is to be given away. */
    private boolean hasMoreRoom(Input from) throws IOException {
        if (!onlyWhole) {
            return false;
        }
        // With its carriage return and its line feed.
        long most = mostLineBytes + 2;
        long affordable = Runtime.getRuntime().maxMemory() / LARGEST_SHARE_OF_MEMORY;
        if (buffer.length >= Math.min(most, affordable)) {
            String line = "line " + (lines + 1) + " of " + from.name;
            throw new IOException(
                    buffer.length >= most
                            ? line + " is longer than the server takes, which is " + mostLineBytes
                                    + " bytes; nothing behind it was sent"
                            : line + " has more than " + buffer.length
                                    + " bytes, too many for the memory of this process; give it more with java -Xmx");
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(Math.max(most, FIRST_BYTES), 2L * buffer.length));
        return true;
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

    @Override
    public void close() throws IOException {
        close(streams);
    }

    private static void close(Iterable<Input> streams) throws IOException {
        for (Input one : streams) {
            one.stream.close();
        }
    }
}
