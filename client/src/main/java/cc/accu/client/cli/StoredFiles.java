package cc.accu.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The files that a server wrote. */
final class StoredFiles {
    private static final int GZIP_BUFFER_BYTES = 64 * 1024;
    private static final int MORE_THAN_ANY_LINE_BYTES = LineIdentity.MOST_BYTES + 1;
    private static final long QUIET_MILLIS = 500;
    private static final int MOST_WAITS = 60;

    private StoredFiles() {}

    /** Reads the files, of which the oldest comes first; those with names that end with {@code .gz} are compressed. */
    static StoredLines.Verdict compare(List<Path> files, BenchLoad load) throws IOException {
        StoredLines lines = new StoredLines(load);
        for (Path file : files) {
            try (LineSource source = new LineSource(file.toString(), open(file), MORE_THAN_ANY_LINE_BYTES)) {
                for (ByteBuffer block = source.next(); block.hasRemaining(); block = source.next()) {
                    lines.add(block);
                }
            }
        }
        return lines.verdict();
    }

    private static InputStream open(Path file) throws IOException {
        try {
            InputStream stream = Files.newInputStream(file);
            return file.toString().endsWith(".gz") ? new GZIPInputStream(stream, GZIP_BUFFER_BYTES) : stream;
        } catch (IOException failure) {
            throw LineSource.cannotRead(file.toString(), failure);
        }
    }

    /** Who does not acknowledge may have read all and not stored all: waits until nothing more comes. */
    static void awaitQuiet(List<Path> files) throws IOException, InterruptedException {
        long before = -1;
        for (int waits = 0; waits < MOST_WAITS && before != bytes(files); waits++) {
            before = bytes(files);
            Thread.sleep(QUIET_MILLIS);
        }
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.exists(file) ? Files.size(file) : 0;
        }
        return bytes;
    }
}
