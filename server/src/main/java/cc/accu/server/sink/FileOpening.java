package cc.accu.server.sink;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a file into possession, or says why that cannot be. Blocking. */
final class FileOpening {
    private static final Logger LOG = LoggerFactory.getLogger(FileOpening.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private FileOpening() {}

    /** @throws SinkException with a message for the person who named the file */
    static FileWriter open(FileAddress address) {
        return open(address, FileOpener.DISK);
    }

    static FileWriter open(FileAddress address, FileOpener opener) {
        try {
            FileOwnership ownership = FileOwnership.take(address.path());
            try {
                return whenThereIsRoom(address, ownership, opener);
            } catch (IOException | RuntimeException failure) {
                ownership.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new SinkException(address.toString(), FileProblem.describe(failure, address.path()), failure);
        }
    }

    /** A crash for want of space may leave an unfinished line, and no room to set it aside. */
    private static FileWriter whenThereIsRoom(FileAddress address, FileOwnership ownership, FileOpener opener)
            throws IOException {
        for (boolean told = false; ; told = true) {
            try {
                return new FileWriter(address, ownership, opener);
            } catch (NoSpaceException forNow) {
                if (!told) {
                    LOG.warn(
                            "{}: no space left on device to set an unfinished line aside; starts when there is",
                            address);
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }
}
