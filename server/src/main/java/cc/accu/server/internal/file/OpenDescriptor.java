package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** A file that this process has open, as the system knows it, whatever became of its name: Linux tells. One thread. */
final class OpenDescriptor {
    private static final Path OWN = Path.of("/proc/self/fd");

    private Optional<Path> last = Optional.empty();

    /**
     * Whether the open file with this key has no name left; false where the system does not tell.
     *
     * @throws IOException when it does not tell for now
     */
    boolean isNameless(Object key) throws IOException {
        if (last.isEmpty() || !leadsTo(last.get(), key)) {
            last = find(key);
        }
        return last.isPresent() && Integer.valueOf(0).equals(Files.getAttribute(last.get(), "unix:nlink"));
    }

    private static boolean leadsTo(Path descriptor, Object key) throws IOException {
        try {
            return key.equals(
                    Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException closed) {
            return false; // also for what is no file, and what only others may see
        }
    }

    /** Whether the system tells at all. */
    static boolean areTold() {
        return Files.isDirectory(OWN, LinkOption.NOFOLLOW_LINKS);
    }

    /** The descriptor that this process has of the file with that key, under whatever name; none if it has none. */
    static Optional<Path> find(Object key) throws IOException {
        if (!areTold()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OWN)) {
            for (Path descriptor : descriptors) {
                if (leadsTo(descriptor, key)) {
                    return Optional.of(descriptor);
                }
            }
            return Optional.empty();
        } catch (NotDirectoryException noSuchSystem) {
            return Optional.empty();
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
    }
}
