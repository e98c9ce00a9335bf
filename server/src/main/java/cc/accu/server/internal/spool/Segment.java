package cc.accu.server.internal.spool;

import cc.accu.server.internal.file.FileAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One of the files of a spool. It begins with a frame, and only a crash leaves an unfinished one at its end.
 *
 * @param path its name when it was listed: the file that is written to gets another one when it is full
 * @param key the same whatever its name
 */
record Segment(Path path, Object key) {

    /** All there are, oldest first; the last is the one that is written to, unless another takes its place just now. */
    static List<Segment> of(FileAppender file) throws IOException {
        List<Segment> before;
        List<Segment> now = listed(file);
        do { // a file that got its other name meanwhile was in neither place
            before = now;
            now = listed(file);
        } while (!now.equals(before));
        return now;
    }

    private static List<Segment> listed(FileAppender file) throws IOException {
        List<Segment> found = new ArrayList<>();
        for (Path path : file.files()) {
            at(path).ifPresent(found::add);
        }
        return found;
    }

    private static Optional<Segment> at(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(new Segment(path, Objects.requireNonNull(attributes.fileKey())));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** Whether its name is still its own. */
    boolean isInPlace() throws IOException {
        return equals(at(path).orElse(null));
    }

    /** What all of them take. */
    static long bytesOf(List<Segment> all) throws IOException {
        long bytes = 0;
        for (Segment segment : all) {
            bytes += segment.bytes();
        }
        return bytes;
    }

    private long bytes() throws IOException {
        try {
            return Files.size(path);
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }
}
