package cc.accu.server.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name that lines are written under, and which file has it: what may be opened, what is put in its place, and
 * whether it is still the one that we opened last. Blocking; one thread at a time, which has the {@link FileOwnership}.
 */
final class LogFile {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

    private final Path path;
    private final int mode;
    private final RotatedNames names;
    private final FileOpener opener;
    private @Nullable Object key;

    LogFile(Path path, int mode, RotatedNames names, FileOpener opener) {
        this.path = path;
        this.mode = mode;
        this.names = names;
        this.opener = opener;
    }

    /**
     * Opens what is at the path, or a new file. An unfinished last line goes to a file of its own.
     *
     * @throws IOException says why not, and what to do
     */
    FileChannel open() throws IOException {
        try {
            BasicFileAttributes found = attributes();
            refuseWhatIsNoFile(found);
            setTornLineAside();
            FileChannel channel = opener.open(path, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
            key = found.fileKey();
            return channel;
        } catch (NoSuchFileException free) {
            return create();
        } catch (AccessDeniedException denied) {
            throw new IOException("permission denied; this user must be able to read and write it", denied);
        }
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static void refuseWhatIsNoFile(BasicFileAttributes found) throws IOException {
        if (found.isSymbolicLink()) {
            throw new IOException("it is a symbolic link; name the file itself");
        }
        if (found.isDirectory()) {
            throw new IOException("it is a directory; name a file in it");
        }
        if (!found.isRegularFile()) {
            throw new IOException("it is a device, a pipe or a socket; name a regular file");
        }
    }

    private void setTornLineAside() throws IOException {
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            long whole = TornLine.wholeLines(file);
            long torn = file.size() - whole;
            if (torn > 0) {
                Path side = names.nextTorn();
                saveTornLine(file, whole, side);
                syncDirectory();
                file.truncate(whole).force(true);
                LOG.warn(
                        "{} ended with {} bytes of an unfinished line, as after a crash; they are in {} now",
                        path,
                        torn,
                        side);
            }
        }
    }

    private void saveTornLine(FileChannel file, long start, Path side) throws IOException {
        try {
            TornLine.save(file, start, side, mode);
        } catch (IOException failure) {
            throw NoSpaceException.insteadOf(failure);
        }
    }

    private FileChannel create() throws IOException {
        try {
            FileChannel fresh = createAside();
            moveHere();
            return fresh;
        } catch (AccessDeniedException denied) {
            throw new IOException(
                    "permission denied; this user may not create files in " + RotatedNames.directoryOf(path), denied);
        }
    }

    /**
     * Puts a new, empty file at the path, and what was there under a rotated name if it is ours. When that fails, all
     * stays as it was.
     *
     * @return the new file; {@link #syncDirectory} makes its name last
     */
    FileChannel replace() throws IOException {
        Object old = key;
        boolean ours = isStillThere();
        if (!ours && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return open();
        }
        FileChannel fresh = createAside();
        try {
            if (ours) {
                Path rotated = names.next();
                Files.move(path, rotated);
                moveHereOr(rotated);
            } else {
                moveHere();
            }
            return fresh;
        } catch (IOException failure) {
            key = old;
            fresh.close();
            Files.deleteIfExists(aside());
            throw NoSpaceException.insteadOf(failure);
        }
    }

    private void moveHereOr(Path rotated) throws IOException {
        try {
            moveHere();
        } catch (IOException failure) {
            Files.move(rotated, path);
            throw failure;
        }
    }

    private Path aside() {
        return path.resolveSibling("." + RotatedNames.nameOf(path) + ".new");
    }

    /** The file has its mode before it has its name. */
    private FileChannel createAside() throws IOException {
        Files.deleteIfExists(aside());
        FileChannel fresh;
        try {
            fresh = opener.open(
                    aside(), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException failure) {
            throw NoSpaceException.insteadOf(failure);
        }
        try {
            setMode(aside(), mode);
            return fresh;
        } catch (IOException failure) {
            fresh.close();
            throw failure;
        }
    }

    private void moveHere() throws IOException {
        Files.move(aside(), path);
        key = attributes().fileKey();
    }

    /** Whether the file that we opened last still has the name. */
    boolean isStillThere() throws IOException {
        try {
            return Objects.equals(attributes().fileKey(), key);
        } catch (NoSuchFileException moved) {
            return false;
        }
    }

    long lastWrittenMillis() throws IOException {
        return attributes().lastModifiedTime().toMillis();
    }

    void syncDirectory() throws IOException {
        syncDirectoryOf(path);
    }

    static void syncDirectoryOf(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(RotatedNames.directoryOf(file), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    static void setMode(Path file, int mode) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bit = 0400; // the constants stand in the order of the bits
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & bit) != 0) {
                permissions.add(permission);
            }
            bit >>= 1;
        }
        Files.setPosixFilePermissions(file, permissions);
    }
}
