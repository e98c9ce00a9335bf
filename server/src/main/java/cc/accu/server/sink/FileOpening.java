package cc.accu.server.sink;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a file into possession, or says why that cannot be. Blocking. */
final class FileOpening {
    private static final Logger LOG = LoggerFactory.getLogger(FileOpening.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Set<Path> STANDARD_OUTPUT =
            Set.of(Path.of("/dev/stdout"), Path.of("/dev/fd/1"), Path.of("/proc/self/fd/1"));

    private FileOpening() {}

    /** @throws SinkException with a message for the person who named the file */
    static FileWriter open(FileAddress address) {
        return open(address, FileOpener.DISK);
    }

    static FileWriter open(FileAddress address, FileOpener opener) {
        return open(address, opener, System::nanoTime);
    }

    /** @param clock counts nanoseconds */
    static FileWriter open(FileAddress address, FileOpener opener, LongSupplier clock) {
        try {
            look(address.path());
            FileOwnership ownership = FileOwnership.take(address.path());
            try {
                return whenThereIsRoom(address, ownership, opener, clock);
            } catch (IOException | RuntimeException failure) {
                ownership.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new SinkException(address.toString(), FileProblem.describe(failure, address.path()), failure);
        }
    }

    /** Before anything is made beside it: what cannot be a file of ours, and names that would be too long later. */
    private static void look(Path path) throws IOException {
        Optional<FoundFile> found = FoundFile.at(path);
        if (found.isPresent() && !found.get().isRegular()) {
            FoundFile.Kind kind = found.get().kind();
            throw new FileProblem("it is " + kind + "; "
                    + (STANDARD_OUTPUT.contains(path) ? "standard output is the sink stdout" : kind.nameInstead()));
        }
        Path longest = RotatedNames.longest(path);
        try {
            FoundFile.at(longest);
        } catch (FileSystemException failure) {
            if (!FileProblem.isTooLong(failure)) {
                throw failure;
            }
            int more = RotatedNames.nameOf(longest).length()
                    - RotatedNames.nameOf(path).length();
            throw new FileProblem(
                    "its name is too long: a rotated file's is " + more + " bytes longer; choose a shorter one",
                    failure);
        }
    }

    /** A crash for want of space may leave an unfinished line, and no room to set it aside. */
    private static FileWriter whenThereIsRoom(
            FileAddress address, FileOwnership ownership, FileOpener opener, LongSupplier clock) throws IOException {
        for (boolean told = false; ; told = true) {
            try {
                return new FileWriter(address, ownership, opener, clock);
            } catch (IOException failure) {
                HeldException full = HeldException.of(failure).orElseThrow(() -> failure);
                if (!full.why().equals("no-space")) {
                    throw failure;
                }
                if (!told) {
                    LOG.warn("{}: {}; starts when there is room", address, full.getMessage());
                }
                awaitRoom(full);
            }
        }
    }

    private static void awaitRoom(HeldException full) throws HeldException {
        LockSupport.parkNanos(RETRY_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw full;
        }
    }
}
