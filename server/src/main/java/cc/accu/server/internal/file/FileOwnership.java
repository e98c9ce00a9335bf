package cc.accu.server.internal.file;

import cc.accu.server.internal.file.FileOpener.FileMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to a path, of one sink among all processes: a locked hidden file beside it, which stays there. It
 * also tells when the file at the path was begun, which the file itself cannot. One thread.
 *
 * <p>Others may have put anything under the hidden name: only a file of ours is opened, and it is looked at again once it
 * is open, before it is written to.
 */
public final class FileOwnership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileOwnership.class);

    /** The operating system's locks are per process, and closing any descriptor of a locked file lets go of it. */
    private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

    /** More than chance takes: then somebody removes and makes it all the time. */
    private static final int MOST_ATTEMPTS = 10;

    private static final int MOST_NOTE_BYTES = 100;
    private static final Pattern NOTE = Pattern.compile("process (\\d{1,18}), began (\\d{1,18})\n");

    private final Path path;
    private final FileChannel lock;
    private final OptionalLong began;
    private final boolean isNoted;

    private FileOwnership(Path path, Path lockPath, FileChannel lock) throws IOException {
        this.path = path;
        this.lock = lock;
        this.isNoted = lock.size() <= MOST_NOTE_BYTES;
        if (!isNoted) {
            LOG.warn(
                    "{} is no lock file of accu, but {} bytes of something else: it is locked and not written to, and a "
                            + "restart does not know how old the file is; remove it when no server runs",
                    lockPath,
                    lock.size());
        }
        this.began = note(lock)
                .map(note -> Long.parseLong(note.group(2)))
                .filter(millis -> millis <= System.currentTimeMillis())
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /**
     * Takes the path, for as long as it is not closed.
     *
     * @throws IOException says who has the path, and what to do
     */
    public static FileOwnership take(Path path) throws IOException {
        Path real = RotatedNames.directoryOf(path).toRealPath().resolve(RotatedNames.nameOf(path));
        for (Path other : OWNED_HERE) {
            if (RotatedNames.areNamesOf(other, real) || RotatedNames.areNamesOf(real, other)) {
                throw new FileProblem("the sink of " + other
                        + " and this one would use each other's names for locks or rotated files; choose another name");
            }
        }
        if (!OWNED_HERE.add(real)) {
            throw new FileProblem("another sink of this process writes to it; name each file once");
        }
        try {
            return locked(real, RotatedNames.lockOf(real));
        } catch (IOException | RuntimeException failure) {
            OWNED_HERE.remove(real);
            throw failure;
        }
    }

    private static FileOwnership locked(Path path, Path lockPath) throws IOException {
        FileChannel channel = opened(lockPath);
        try {
            if (channel.tryLock() == null) {
                throw new FileProblem(holder(channel) + " writes to it, and holds " + lockPath
                        + "; stop that process, or choose another path");
            }
            return new FileOwnership(path, lockPath, channel);
        } catch (OverlappingFileLockException byAnotherName) {
            channel.close();
            throw heldHere(lockPath);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private static FileProblem heldHere(Path lockPath) {
        return new FileProblem("this process holds " + lockPath + " for another sink; choose another path");
    }

    /** Not locked yet, but a file of ours, and nobody else's: neither followed nor waited for. */
    private static FileChannel opened(Path lockPath) throws IOException {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            try {
                Optional<FoundFile> found = FoundFile.at(lockPath);
                return found.isPresent() ? existing(found.get()) : created(lockPath);
            } catch (NoSuchFileException | FileAlreadyExistsException changed) {
                LOG.debug("{} came or went while it was opened", lockPath);
            }
        }
        throw new FileProblem(
                lockPath + " comes and goes: somebody else makes and removes it; stop that, or choose another path");
    }

    private static FileChannel created(Path lockPath) throws IOException {
        try {
            FileChannel fresh = FileChannel.open(
                    lockPath,
                    Set.of(
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    FileMode.PRIVATE.atCreation());
            refuseWhatNobodyMayOpen(lockPath, fresh);
            return fresh;
        } catch (NoSuchFileException cannot) {
            if (Files.isDirectory(RotatedNames.directoryOf(lockPath))) {
                throw new FileProblem(
                        "no file can be made in " + RotatedNames.directoryOf(lockPath) + "; choose another path",
                        cannot);
            }
            throw cannot;
        } catch (AccessDeniedException denied) {
            throw new FileProblem(
                    "permission denied; this user must be able to create files in " + RotatedNames.directoryOf(lockPath)
                            + ", there for the lock " + lockPath.getFileName(),
                    denied);
        }
    }

    private static void refuseWhatNobodyMayOpen(Path lockPath, FileChannel fresh) throws IOException {
        if (!FileMode.PRIVATE.isWhole(lockPath)) {
            fresh.close();
            Files.deleteIfExists(lockPath);
            throw new FileProblem(
                    "the umask of this process takes its own permissions away; set another, as umask 022");
        }
    }

    private static FileChannel existing(FoundFile found) throws IOException {
        Optional<String> whyNot = found.whyNotOurs();
        if (whyNot.isPresent()) {
            throw notOurs(found.path(), whyNot.get());
        }
        if (found.isHeldHere()) {
            throw heldHere(found.path()); // closing it again would give up the other sink's lock
        }
        FileChannel channel = reopened(found);
        try {
            if (!found.sameAndOpen()) {
                throw notOurs(found.path(), "somebody put something else in its place just now");
            }
            return channel;
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    private static FileChannel reopened(FoundFile found) throws IOException {
        try {
            return FileChannel.open(
                    found.path(), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException denied) {
            throw new FileProblem(
                    "permission denied; its lock " + found.path() + " belongs to the user " + found.owner()
                            + ": run as that user, or remove it when no server runs",
                    denied);
        }
    }

    private static FileProblem notOurs(Path lockPath, String why) {
        return new FileProblem("its lock " + lockPath + " is not a file of this server's: " + why
                + "; remove it when no server runs, or choose another path");
    }

    /** Who noted something there last, which is not always who holds it. */
    private static String holder(FileChannel channel) throws IOException {
        return note(channel)
                .map(note -> Long.parseLong(note.group(1)))
                .filter(pid -> ProcessHandle.of(pid).isPresent())
                .map(pid -> "process " + pid)
                .orElse("another process");
    }

    private static Optional<Matcher> note(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_NOTE_BYTES + 1);
        channel.read(bytes, 0);
        Matcher note = NOTE.matcher(StandardCharsets.US_ASCII.decode(bytes.flip()));
        return note.matches() ? Optional.of(note) : Optional.empty();
    }

    /** When the file at the path was begun, in milliseconds since 1970, if that was noted before this ownership. */
    OptionalLong began() {
        return began;
    }

    void noteBegan(long millis) throws IOException {
        if (isNoted) {
            String note = "process " + ProcessHandle.current().pid() + ", began " + millis + "\n";
            lock.write(StandardCharsets.US_ASCII.encode(note), 0);
            lock.truncate(note.length());
        }
    }

    /** Whether others can see the lock: it goes with its directory. */
    boolean isStillThere() {
        return lock.isOpen() && Files.exists(RotatedNames.lockOf(path), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() throws IOException {
        if (lock.isOpen()) {
            try (lock) {
                OWNED_HERE.remove(path);
            }
        }
    }
}
