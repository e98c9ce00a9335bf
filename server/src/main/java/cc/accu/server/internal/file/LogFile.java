package cc.accu.server.internal.file;

import cc.accu.server.internal.file.FileOpener.FileMode;
import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name that lines are written under, and which file has it: what may be opened, what is put in its place, and
 * whether it is still the one that we opened last. Blocking; one thread at a time, which has the {@link FileOwnership}.
 */
final class LogFile {
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final FileMode mode;
    private final boolean keepsTorn;
    private final RotatedNames names;
    private final FileOpener opener;
    private final FoundFile.OpenDescriptor descriptor = new FoundFile.OpenDescriptor();
    private @Nullable Object key;
    /** Where the last new file was made. */
    private Path aside;

    /** Whether the file has a rotated name and there is none at the path, because undoing a rotation failed too. */
    private boolean movedByUs;

    LogFile(FileAddress address, RotatedNames names, FileOpener opener) {
        this.path = address.path();
        this.mode = new FileMode(address.mode());
        this.keepsTorn = address.keepsTorn();
        this.names = names;
        this.opener = opener;
        this.aside = RotatedNames.freshOf(path);
    }

    Path path() {
        return path;
    }

    RotatedNames names() {
        return names;
    }

    /** Of what is cut from the file, nobody sees more than of the file. */
    FileMode modeOfFile() throws IOException {
        return FoundFile.at(path).map(found -> new FileMode(found.mode())).orElse(mode);
    }

    /**
     * Opens what is at the path, or a new file. An unfinished last line goes to a file of its own, or is dropped.
     *
     * @throws IOException says why not, and what to do
     */
    FileChannel open() throws IOException {
        try {
            FoundFile found = FoundFile.at(path).orElseThrow(() -> new NoSuchFileException(path.toString()));
            refuseWhatIsNotForUs(found);
            TornLine.cutOff(this);
            FileChannel channel = opener.open(path, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
            if (found.isInAPublicPlace() && !found.sameAndOpen()) {
                channel.close();
                throw new IOException("somebody put something else in its place just now");
            }
            key = found.key();
            movedByUs = false;
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

    private static void refuseWhatIsNotForUs(FoundFile found) throws IOException {
        if (!found.isRegular()) {
            throw new IOException("it is " + found.kind() + "; " + found.kind().nameInstead());
        }
        if (found.isSomebodysInAPublicPlace()) {
            throw new IOException(
                    "it belongs to another user (uid " + found.owner()
                            + "), who could put it there as everybody can; remove it, or name a file in a directory of your own");
        }
    }

    private FileChannel create() throws IOException {
        try {
            FileChannel fresh = createAside();
            try {
                moveHere();
            } catch (IOException failure) {
                fresh.close();
                Files.deleteIfExists(aside);
                throw failure;
            }
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
        boolean ours = look().place() == Place.HERE;
        if (!ours && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return open();
        }
        FileChannel fresh = createAside();
        try {
            if (ours) {
                Path rotated = names.next();
                opener.move(path, rotated);
                moveHereOr(rotated);
            } else {
                moveHere();
            }
            return fresh;
        } catch (IOException failure) {
            key = old;
            fresh.close();
            Files.deleteIfExists(aside);
            throw failure;
        }
    }

    /** Puts a new, empty file in the place of one of ours that holds nothing which is stored. */
    FileChannel replaceUnstored() throws IOException {
        if (look().place() != Place.HERE) {
            return open();
        }
        FileChannel fresh = createAside();
        try {
            opener.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
            key = attributes().fileKey();
            return fresh;
        } catch (IOException failure) {
            fresh.close();
            Files.deleteIfExists(aside);
            throw failure;
        }
    }

    private void moveHereOr(Path rotated) throws IOException {
        try {
            moveHere();
        } catch (IOException failure) {
            movedByUs = true;
            opener.move(rotated, path);
            movedByUs = false;
            throw failure;
        }
    }

    /** The file has its mode before it has its name, and was never open to more than that. */
    private FileChannel createAside() throws IOException {
        aside = freeAside();
        FileChannel fresh = opener.open(aside, NEW, mode.atCreation());
        try {
            mode.complete(aside);
            return fresh;
        } catch (IOException failure) {
            fresh.close();
            Files.deleteIfExists(aside);
            throw failure;
        }
    }

    /** A crash may have left a file there. Anything else under that name is somebody's, and stays. */
    private Path freeAside() throws IOException {
        Path usual = RotatedNames.freshOf(path);
        Optional<FoundFile> found = FoundFile.at(usual);
        if (found.isPresent() && found.get().whyNotOurs().isPresent()) {
            return usual.resolveSibling(RotatedNames.nameOf(usual) + "-" + System.nanoTime());
        }
        Files.deleteIfExists(usual);
        return usual;
    }

    private void moveHere() throws IOException {
        opener.move(aside, path);
        key = attributes().fileKey();
        movedByUs = false;
    }

    /** What became of the file that we opened last. */
    enum Place {
        HERE,
        /** Somebody gave it another name, or the system does not tell. */
        MOVED,
        REMOVED
    }

    /** @param bytes how long the file is, if it is {@link Place#HERE} */
    record Look(Place place, long bytes) {}

    /** @throws IOException when that cannot be told for now */
    Look look() throws IOException {
        try {
            BasicFileAttributes found = attributes();
            if (Objects.equals(found.fileKey(), key)) {
                return new Look(Place.HERE, found.size());
            }
        } catch (FileSystemException notThereOrNotForUs) {
            // Only the open file itself can tell.
        }
        boolean removed = key != null && descriptor.isNameless(key);
        return new Look(removed ? Place.REMOVED : Place.MOVED, 0);
    }

    /** Whether the next file may be begun: not while somebody else rotates this one. */
    boolean isOursToRotate() throws IOException {
        return movedByUs || look().place() == Place.HERE;
    }

    /** Whether the directory is not there, or no directory any more. */
    boolean hasNoDirectory() {
        return !Files.isDirectory(RotatedNames.directoryOf(path));
    }

    long lastWrittenMillis() throws IOException {
        return attributes().lastModifiedTime().toMillis();
    }

    void syncDirectory() throws IOException {
        try (FileChannel directory = opener.open(RotatedNames.directoryOf(path), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    static void syncDirectoryOf(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(RotatedNames.directoryOf(file), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** What a crash left behind the last line feed of a file. Blocking. */
    private static final class TornLine {
        private static final Set<OpenOption> NEW =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

        private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
        private static final int BLOCK_BYTES = 64 * 1024;

        private TornLine() {}

        /** Takes the unfinished last line, if there is one, from the file, and keeps it where that is wanted. */
        static void cutOff(LogFile log) throws IOException {
            try (FileChannel file = FileChannel.open(
                    log.path(), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                long whole = wholeLines(file);
                long torn = file.size() - whole;
                if (torn > 0) {
                    String fate = log.keepsTorn ? "are in " + setAside(log, file, whole) + " now" : "are dropped";
                    file.truncate(whole).force(true);
                    LOG.warn(
                            "{} ended with {} bytes of an unfinished line, as after a crash; they {}",
                            log.path(),
                            torn,
                            fate);
                }
            }
        }

        private static Path setAside(LogFile log, FileChannel file, long whole) throws IOException {
            Path side = log.names().nextTorn();
            save(file, whole, side, log.modeOfFile());
            log.syncDirectory();
            return side;
        }

        /** Bytes of {@code file} up to and with its last line feed. Reads from the end, no further than it must. */
        private static long wholeLines(FileChannel file) throws IOException {
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
            long end = file.size();
            while (end > 0) {
                long start = Math.max(end - BLOCK_BYTES, 0);
                readFully(file, block.clear().limit((int) (end - start)), start);
                for (int i = block.limit() - 1; i >= 0; i--) {
                    if (block.get(i) == '\n') {
                        return start + i + 1;
                    }
                }
                end = start;
            }
            return 0;
        }

        private static void readFully(FileChannel file, ByteBuffer block, long start) throws IOException {
            while (block.hasRemaining()) {
                if (file.read(block, start + block.position()) < 0) {
                    throw new IOException("it became shorter while it was read");
                }
            }
        }

        /** Copies what is behind {@code start} to a new file, and returns when that is on the disk. */
        private static void save(FileChannel file, long start, Path side, FileMode mode) throws IOException {
            try (FileChannel copy = FileChannel.open(side, NEW, mode.atCreation())) {
                try {
                    mode.complete(side);
                    for (long done = start; done < file.size(); ) {
                        done += file.transferTo(done, file.size() - done, copy);
                    }
                    copy.force(true);
                } catch (IOException failure) {
                    Files.deleteIfExists(side);
                    throw failure;
                }
            } catch (IOException failure) {
                throw Shortage.insteadOf(failure);
            }
        }
    }
}
