package cc.accu.client.cli;

import cc.accu.internal.process.StandardStream;
import cc.accu.internal.text.TypedText;
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
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What is to be sent: sources one after another, in blocks of whole lines. One thread. */
final class Input implements Closeable {
    /** {@link #expectedBytes} when nobody can know. */
    static final long UNKNOWN = -1;

    private final Deque<LineSource> sources;
    private final long expectedBytes;

    private Input(List<LineSource> sources, long expectedBytes) {
        this.sources = new ArrayDeque<>(sources);
        this.expectedBytes = expectedBytes;
    }

    /** Each message as a line. */
    static Input ofMessages(List<String> messages) {
        byte[] lines = TypedText.bytes(String.join("\n", messages) + "\n");
        return new Input(List.of(new LineSource("arguments", new ByteArrayInputStream(lines))), lines.length);
    }

    /** The lines of {@code stream}, which stays open. */
    static Input of(InputStream stream) throws IOException {
        return new Input(List.of(standard(stream)), UNKNOWN);
    }

    /**
     * The lines of files, all of which are opened here.
     *
     * @param names paths that this JVM can open, or {@code -} for standard input
     */
    static Input ofFiles(List<String> names, InputStream standardInput) throws IOException {
        List<LineSource> sources = new ArrayList<>();
        Input opened = null;
        try {
            long bytes = 0;
            for (String name : names) {
                boolean standard = name.equals("-");
                sources.add(standard ? standard(standardInput) : open(name));
                bytes = standard || bytes == UNKNOWN ? UNKNOWN : bytes + Files.size(TypedText.path(name));
            }
            opened = new Input(sources, bytes);
            return opened;
        } finally {
            if (opened == null) {
                new Input(sources, UNKNOWN).close();
            }
        }
    }

    private static LineSource standard(InputStream stream) throws IOException {
        Optional<String> missing =
                StandardStream.INPUT.missing("that is where lines are read, without a MESSAGE or --file");
        if (missing.isPresent()) {
            throw new IOException(missing.get());
        }
        return new LineSource("standard input", keptOpen(stream));
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

    private static LineSource open(String name) throws IOException {
        Path path = TypedText.path(name);
        if (Files.isDirectory(path)) {
            throw new IOException("cannot read " + name + ": it is a directory");
        }
        try {
            return new LineSource(name, Files.newInputStream(path));
        } catch (IOException failure) {
            throw LineSource.cannotRead(name, failure);
        }
    }

    /** From now on all lines are whole; one that is longer than this, and not just a little, fails. */
    void giveOnlyWholeLines(long mostBytes) {
        sources.forEach(source -> source.giveOnlyWholeLines(mostBytes));
    }

    long expectedBytes() {
        return expectedBytes;
    }

    /**
     * The next lines, each with its line feed: as many as there are without waiting for more; none at the end. What does
     * not end with a line feed is a part of a line that goes on with the next. Valid until the next call.
     */
    ByteBuffer next() throws IOException {
        while (!sources.isEmpty()) {
            ByteBuffer lines = sources.element().next();
            if (lines.hasRemaining()) {
                return lines;
            }
            sources.remove().close();
        }
        return ByteBuffer.allocate(0);
    }

    @Override
    public void close() throws IOException {
        for (LineSource source : sources) {
            source.close();
        }
    }
}
