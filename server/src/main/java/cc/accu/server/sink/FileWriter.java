package cc.accu.server.sink;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.BatchAppender;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.FileAppender;
import cc.accu.server.internal.file.FileOpener;
import cc.accu.server.internal.file.FileProblem;
import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Appends lines to a file, which it owns among all processes. A commit means that they are on the disk, names included;
 * without {@code sync=always}, that the operating system has them. One thread at a time.
 */
final class FileWriter implements LineWriter {
    private final BatchAppender file;

    FileWriter(BatchAppender file) {
        this.file = file;
    }

    /** @throws SinkException with a message for the person who named the file */
    static FileWriter open(FileAddress address) {
        return open(address, FileOpener.DISK, System::nanoTime);
    }

    /** @param clock counts nanoseconds */
    static FileWriter open(FileAddress address, FileOpener opener, LongSupplier clock) {
        try {
            return new FileWriter(FileAppender.open(address, opener, clock));
        } catch (IOException failure) {
            throw new SinkException(address.toString(), FileProblem.describe(failure, address.path()), failure);
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
    public Optional<Sink.Storage> storage() {
        try {
            long freeBytes = Files.getFileStore(file.directory()).getUsableSpace();
            return Optional.of(new Sink.Storage(freeBytes, file.rotations()));
        } catch (IOException gone) {
            return Optional.of(new Sink.Storage(0, file.rotations()));
        }
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
