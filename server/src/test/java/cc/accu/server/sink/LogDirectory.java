package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.FileOpener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** A directory in which a file sink writes {@code messages.log}, and what a person finds there. */
record LogDirectory(Path path) {
    Path log() {
        return path.resolve("messages.log");
    }

    FileAddress address(String options) {
        return FileAddress.parse(log().toString(), options.isEmpty() ? Optional.empty() : Optional.of(options));
    }

    FileWriter open(String options) {
        return FileWriter.open(address(options));
    }

    FileWriter open(String options, FileOpener disk) {
        return FileWriter.open(address(options), disk, System::nanoTime);
    }

    FileWriter open(String options, FileOpener disk, LongSupplier clock) {
        return FileWriter.open(address(options), disk, clock);
    }

    /** Writes the lines as one batch, without a commit. */
    static void write(LineWriter writer, List<LineBatch> open, String lines) throws IOException {
        LineBatch batch = Batches.of(lines);
        open.add(batch);
        writer.write(batch);
    }

    /** Writes the lines as one batch and commits. */
    static void store(LineWriter writer, String lines) throws IOException {
        try (LineBatch batch = Batches.of(lines)) {
            writer.write(batch);
            writer.commit();
        }
    }

    /** The rotated files, oldest first. */
    List<Path> rotated() throws IOException {
        return siblings("messages.log.2");
    }

    List<Path> siblings(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    String text() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    /** What {@code zcat -f messages.log.2* messages.log} prints. */
    String all() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : rotated()) {
            all.append(read(file));
        }
        return all + text();
    }

    static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
            return new String(plain.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
