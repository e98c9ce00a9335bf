package cc.accu.server.internal.spool;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import cc.accu.server.sink.OpenSpool;
import cc.accu.server.sink.Sink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A spool in a directory, what is put into it, and what comes out of it. */
public record SpoolDirectory(Path path) {
    static final long MOST_BYTES = 1024 * 1024 * 1024;

    /** How many times as much is tried as in a build: {@code -Daccu.spool.times=10} in a campaign. */
    static final int TIMES = Integer.getInteger("accu.spool.times", 1);

    OpenSpool open() {
        return OpenSpool.open(path, MOST_BYTES);
    }

    /** Hands over a batch alone. */
    static CompletableFuture<Void> flushed(OpenSpool spool, LineBatch batch) {
        CompletableFuture<Void> stored = accepted(spool.sink(), batch);
        spool.sink().flush();
        return stored;
    }

    static CompletableFuture<Void> accepted(Sink sink, LineBatch batch) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        sink.accept(batch, failure -> {
            if (failure == null) {
                stored.complete(null);
            } else {
                stored.completeExceptionally(failure);
            }
        });
        return stored;
    }

    /** Stores each of the lines as a batch of its own. */
    static void store(OpenSpool spool, String... lines) throws Exception {
        for (String line : lines) {
            flushed(spool, Batches.of(line + "\n")).get(10, TimeUnit.SECONDS);
        }
    }

    /** All that can be read now, each line with its position before it: {@code 1 one}. Nothing is confirmed. */
    public static List<String> read(OpenSpool spool) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        for (Optional<SpoolReader.Spooled> next = next(spool); next.isPresent(); next = next(spool)) {
            lines.addAll(numbered(next.get()));
        }
        return lines;
    }

    static Optional<SpoolReader.Spooled> next(OpenSpool spool) throws IOException, InterruptedException {
        return spool.reader().next(Duration.ZERO);
    }

    /** Closes what it gets. */
    static List<String> numbered(SpoolReader.Spooled spooled) {
        List<String> lines = new ArrayList<>();
        try (LineBatch batch = spooled.batch()) {
            batch.forEach(line -> lines.add(
                    (spooled.position() + lines.size()) + " " + new String(line.bytes(), StandardCharsets.ISO_8859_1)));
        }
        return lines;
    }

    /** The files with lines, oldest first. */
    List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return Stream.concat(
                            files.filter(file -> file.getFileName().toString().startsWith("lines.2"))
                                    .sorted(),
                            Stream.of(path.resolve("lines")))
                    .toList();
        }
    }

    long bytes() throws IOException {
        return steadily(() -> {
            long bytes = 0;
            for (Path segment : segments()) {
                bytes += Files.size(segment);
            }
            return bytes;
        });
    }

    /** What a power cut would leave, if it came now and the disk had all that was written. */
    SpoolDirectory copyTo(Path target) throws IOException {
        return steadily(() -> {
            Files.createDirectories(target);
            try (Stream<Path> old = Files.list(target)) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
            Files.copy(path.resolve("position"), target.resolve("position"));
            for (Path segment : segments()) {
                if (Files.exists(segment)) {
                    Files.copy(segment, target.resolve(segment.getFileName()));
                }
            }
            return new SpoolDirectory(target);
        });
    }

    private interface Look<T> {
        T look() throws IOException;
    }

    /** What is found while no file is given another name: one that was may be missing, or there twice. */
    private <T> T steadily(Look<T> look) throws IOException {
        while (true) {
            try {
                List<Object> before = keys();
                T found = look.look();
                if (before.equals(keys())) {
                    return found;
                }
            } catch (NoSuchFileException renamed) {
                Thread.onSpinWait();
            }
        }
    }

    private List<Object> keys() throws IOException {
        List<Object> keys = new ArrayList<>();
        for (Path segment : segments()) {
            if (Files.exists(segment)) {
                keys.add(segment);
                keys.add(String.valueOf(
                        Files.readAttributes(segment, BasicFileAttributes.class).fileKey()));
            }
        }
        return keys;
    }
}
