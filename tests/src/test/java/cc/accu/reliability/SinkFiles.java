package cc.accu.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The files of a file sink. */
final class SinkFiles {
    static final String NAME = "messages.log";

    private SinkFiles() {}

    /** In the order in which they were written. Side files with torn lines are no part of what is stored. */
    static List<Path> in(Path directory) throws IOException {
        return Stream.concat(
                        rotated(directory).stream(),
                        Stream.of(directory.resolve(NAME)).filter(Files::exists))
                .toList();
    }

    /** Those that the sink has finished. */
    static List<Path> rotated(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> isRotated(file.getFileName().toString()))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
        }
    }

    private static boolean isRotated(String name) {
        return name.startsWith(NAME + ".") && !name.startsWith(NAME + ".torn-");
    }

    static InputStream open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
    }

    /** Reads {@code files} into {@code stored}, and makes room. */
    static void absorb(List<Path> files, Stored stored) throws IOException {
        for (Path file : files) {
            stored.read(List.of(file));
            Files.delete(file);
        }
    }

    /** Bytes in all of them. */
    static long bytes(Path directory) throws IOException {
        long bytes = 0;
        for (Path file : in(directory)) {
            bytes += Files.size(file);
        }
        return bytes;
    }
}
