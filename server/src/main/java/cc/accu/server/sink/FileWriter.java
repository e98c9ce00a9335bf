package cc.accu.server.sink;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.FileAppender;
import cc.accu.server.internal.file.FileOpener;
import cc.accu.server.internal.file.FileOwnership;
import cc.accu.server.internal.file.FileProblem;
import cc.accu.server.internal.file.FileProblem.Shortage;
import cc.accu.server.internal.file.FoundFile;
import cc.accu.server.sink.LineWriter.HeldException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends lines to a file, which it owns among all processes. A commit means that they are on the disk, names included;
 * without {@code sync=always}, that the operating system has them. One thread at a time.
 */
final class FileWriter implements LineWriter {
    private static final Logger LOG = LoggerFactory.getLogger(FileWriter.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final FileAppender file;

    private FileWriter(FileAppender file) {
        this.file = file;
    }

    /** @throws SinkException with a message for the person who named the file */
    static FileWriter open(FileAddress address) {
        return open(address, FileOpener.DISK, System::nanoTime);
    }

    /** @param clock counts nanoseconds */
    static FileWriter open(FileAddress address, FileOpener opener, LongSupplier clock) {
        try {
            FoundFile.refuseWhatCannotBeOurs(address.path());
            FileOwnership ownership = FileOwnership.take(address.path());
            try {
                return whenThereIsRoom(address, () -> new FileAppender(address, ownership, opener, clock));
            } catch (IOException | RuntimeException failure) {
                ownership.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new SinkException(address.toString(), FileProblem.describe(failure, address.path()), failure);
        }
    }

    private interface Opening {
        FileAppender open() throws IOException;
    }

    /** A crash for want of space may leave an unfinished line, and no room to set it aside. */
    private static FileWriter whenThereIsRoom(FileAddress address, Opening opening) throws IOException {
        for (boolean told = false; ; told = true) {
            try {
                return new FileWriter(opening.open());
            } catch (IOException failure) {
                Shortage full = Shortage.of(failure).orElseThrow(() -> failure);
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

    private static void awaitRoom(Shortage full) throws Shortage {
        LockSupport.parkNanos(RETRY_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw full;
        }
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        try {
            file.write(batch);
        } catch (Shortage forNow) {
            throw new HeldException(forNow);
        }
    }

    @Override
    public void commit() throws IOException {
        try {
            file.commit();
        } catch (Shortage forNow) {
            throw new HeldException(forNow);
        }
    }

    @Override
    public Durability durability() {
        return file.durability();
    }

    @Override
    public boolean isQuick() {
        return file.isQuick();
    }

    @Override
    public boolean isQuickFor(long bytes) {
        return file.isQuickFor(bytes);
    }

    @Override
    public void reopen() {
        file.reopen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
