package cc.accu.server.internal.file;

import cc.accu.server.internal.file.FileOpener.FileMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;

/**
 * Puts {@code file.gz} in the place of a file of ours: nothing else is read, replaced or removed, and nobody may read the
 * compressed form who may not read the file. Blocking.
 */
final class Compressor {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int GROUP = 070;
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final FoundFile file;
    private final Path temporary;
    private final Path compressed;
    private final BooleanSupplier cancelled;

    private Compressor(FoundFile file, BooleanSupplier cancelled) {
        this.file = file;
        this.temporary = RotatedNames.temporary(file.path());
        this.compressed = Path.of(file.path() + RotatedNames.COMPRESSED);
        this.cancelled = cancelled;
    }

    /**
     * The original goes only when all of the compressed form is on the disk. A compressed form that is there already is
     * made again, so whatever interrupted an earlier call is no matter.
     *
     * @param file looked at just now, and ours
     * @param cancelled when true, all stays as it was
     * @throws UndeletableException when the original cannot be removed: then all is as it was
     */
    static void compress(FoundFile file, BooleanSupplier cancelled) throws IOException {
        new Compressor(file, cancelled).compress();
    }

    private void compress() throws IOException {
        requireOurs(compressed);
        if (requireOurs(temporary)) {
            Files.delete(temporary);
        }
        try (FileChannel plain = opened();
                FileChannel disk = FileChannel.open(temporary, NEW, FileMode.PRIVATE.atCreation())) {
            FoundFile grown = FoundFile.at(temporary).orElseThrow(() -> new NoSuchFileException(temporary.toString()));
            try {
                if (!copy(plain, disk)) {
                    return;
                }
                giveRights(grown);
                if (cancelled.getAsBoolean()) {
                    return;
                }
                takePlace(grown);
            } finally {
                if (isStill(grown)) {
                    Files.deleteIfExists(temporary);
                }
            }
        }
    }

    /** Whether there is one; it may be replaced then. */
    private static boolean requireOurs(Path name) throws IOException {
        Optional<FoundFile> found = FoundFile.at(name);
        Optional<String> whyNot = found.isPresent() ? found.get().whyNotOurs() : Optional.empty();
        if (whyNot.isPresent()) {
            throw new FileProblem(name + " is in the way: " + whyNot.get() + "; remove it");
        }
        return found.isPresent();
    }

    private FileChannel opened() throws IOException {
        FileChannel plain = openedWithoutWaiting();
        if (!file.sameAndOpen()) {
            plain.close();
            throw new FileProblem("somebody put something else in its place just now");
        }
        return plain;
    }

    /** A pipe that took the file's place since it was looked at would be waited for, if opened for reading alone. */
    private FileChannel openedWithoutWaiting() throws IOException {
        try {
            return FileChannel.open(
                    file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException readOnly) {
            return FileChannel.open(file.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Whether it came to its end. */
    private boolean copy(FileChannel plain, FileChannel disk) throws IOException {
        try (InputStream from = Channels.newInputStream(plain);
                GZIPOutputStream to = new GZIPOutputStream(Channels.newOutputStream(disk), BLOCK_BYTES)) {
            byte[] block = new byte[BLOCK_BYTES];
            for (int bytes = from.read(block); bytes >= 0; bytes = from.read(block)) {
                if (cancelled.getAsBoolean()) {
                    return false;
                }
                to.write(block, 0, bytes);
            }
            to.finish();
            disk.force(false);
            return true;
        }
    }

    /** The owner, the group and the mode of the file, as far as this user may give them; never more. */
    private void giveRights(FoundFile grown) throws IOException {
        int mode = file.mode();
        if (grown.owner() != file.owner()) {
            give("unix:uid", file.owner());
        }
        if (grown.group() != file.group() && !give("unix:gid", file.group())) {
            mode &= ~GROUP; // it is another group's
        }
        new FileMode(mode).complete(temporary);
    }

    private boolean give(String attribute, int id) throws IOException {
        try {
            Files.setAttribute(temporary, attribute, id, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (FileSystemException notPermitted) {
            return false;
        }
    }

    private void takePlace(FoundFile grown) throws IOException {
        if (!isStill(grown) || !isStill(file)) {
            throw new FileProblem("somebody put something else in its place just now");
        }
        requireOurs(compressed);
        Files.move(temporary, compressed, StandardCopyOption.ATOMIC_MOVE);
        LogFile.syncDirectoryOf(compressed);
        try {
            Files.delete(file.path());
        } catch (FileSystemException undeletable) {
            Files.deleteIfExists(compressed); // nothing is to be found twice
            throw new UndeletableException(undeletable);
        }
    }

    private static boolean isStill(FoundFile known) throws IOException {
        return FoundFile.at(known.path())
                .filter(now -> now.key().equals(known.key()))
                .isPresent();
    }

    /** To compress that file again would be in vain. */
    static final class UndeletableException extends IOException {
        private static final long serialVersionUID = 1;

        UndeletableException(IOException cause) {
            super("it cannot be deleted: " + FileProblem.why(cause), cause);
        }
    }
}
