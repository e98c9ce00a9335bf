package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends lines to a file, which it owns among all processes. A commit means that they are on the disk, names included;
 * with another {@link SyncPolicy}, that the operating system has them. A file that fails once is left, and what was not
 * committed is written to a fresh one; only if that fails too is the writer broken. One thread at a time.
 */
final class FileWriter implements LineWriter {
    private static final Logger LOG = LoggerFactory.getLogger(FileWriter.class);

    private final FileAddress address;
    private final FileOwnership ownership;
    private final RotatedNames names;
    private final LogFile file;
    private final Rotation rotation;
    private final Retention retention;
    private final Optional<LaterSync> later;

    private final OutputBuffer output;

    private FileChannel current;

    /** What still goes to the current file before it is asked again whether it is full: ends with a line's end. */
    private long share;

    private boolean directoryChanged;
    private @Nullable BrokenFile broken;

    FileWriter(FileAddress address, FileOwnership ownership, FileOpener opener) throws IOException {
        this.address = address;
        this.ownership = ownership;
        this.names = new RotatedNames(address.path());
        this.file = new LogFile(address.path(), address.mode(), names, opener);
        this.rotation = new Rotation(address, ownership);
        this.current = file.open();
        this.directoryChanged = true;
        rotation.began(began(current));
        this.output = new OutputBuffer();
        this.retention = new Retention(address, names);
        this.later = address.sync().when() == SyncPolicy.When.LATER
                ? Optional.of(new LaterSync(address.toString(), address.sync().within()))
                : Optional.empty();
        retention.start();
    }

    private long began(FileChannel opened) throws IOException {
        return opened.size() == 0
                ? System.currentTimeMillis()
                : ownership.began().orElse(file.lastWrittenMillis());
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        output.add(batch);
        if (output.isFull()) {
            store(false);
        }
    }

    @Override
    public void commit() throws IOException {
        store(true);
    }

    private void store(boolean committing) throws IOException {
        while (true) {
            try {
                if (isBroken()) {
                    leaveBrokenFile();
                }
                drain();
                if (committing) {
                    if (later.isPresent()) {
                        later.get().check();
                    }
                    makeSafe(address.sync().when() == SyncPolicy.When.ALWAYS);
                }
                return;
            } catch (NoSpaceException forNow) {
                throw forNow;
            } catch (IOException failure) {
                abandon(failure);
            }
        }
    }

    private void drain() throws IOException {
        while (output.pendingBytes() > 0) {
            if (share == 0) {
                share = nextShare();
            }
            try {
                share -= output.write(current, share);
            } catch (IOException failure) {
                throw NoSpaceException.insteadOf(failure);
            }
        }
    }

    private long nextShare() throws IOException {
        if (rotation.isTooOld(current)) {
            rotate();
        }
        long next = rotation.shareOf(output, current);
        while (next == 0) {
            rotate();
            next = rotation.shareOf(output, current);
        }
        return next;
    }

    /** What is written so far counts as stored from here on. */
    private void makeSafe(boolean forced) throws IOException {
        if (forced || broken != null) {
            current.force(false);
        }
        if (directoryChanged && address.sync().when() != SyncPolicy.When.NEVER) {
            file.syncDirectory();
            directoryChanged = false;
        }
        output.forgetWritten();
        if (later.isPresent()) {
            later.get().written(current);
        }
        if (broken != null) {
            broken.retire(address, names.last());
            broken = null;
            retention.lookAfter(names.last());
        }
    }

    private void rotate() throws IOException {
        makeSafe(address.sync().when() != SyncPolicy.When.NEVER);
        FileChannel old = current;
        try {
            goOnIn(file.replace());
        } catch (NoSpaceException forNow) {
            throw forNow;
        } catch (IOException failure) {
            rotation.postpone(failure);
            return;
        }
        old.close();
        retention.lookAfter(names.last());
    }

    private void goOnIn(FileChannel fresh) {
        current = fresh;
        directoryChanged = true;
        rotation.began(System.currentTimeMillis());
    }

    /** What failed once cannot be trusted again: all since the last commit goes elsewhere. */
    private void abandon(IOException failure) throws IOException {
        if (broken != null) {
            failure.addSuppressed(broken.cause());
            throw failure;
        }
        broken = BrokenFile.of(current, output.writtenBytes(), failure);
        output.rewind();
        share = 0;
    }

    private boolean isBroken() {
        return broken != null && broken.channel().equals(current);
    }

    private void leaveBrokenFile() throws IOException {
        goOnIn(file.replace());
    }

    @Override
    public void reopen() throws IOException {
        if (file.isStillThere()) {
            return;
        }
        FileChannel old = current;
        try {
            goOnIn(file.open());
        } catch (IOException failure) {
            throw new IOException(FileProblem.describe(failure, address.path()), failure);
        }
        try (old) {
            if (later.isPresent()) {
                old.force(false);
            }
        } catch (IOException failure) {
            LOG.error("{}: the end of the moved file may not be on the disk: {}", address, failure.getMessage());
        }
    }

    @Override
    public Durability durability() {
        return address.sync().when() == SyncPolicy.When.ALWAYS ? Durability.FSYNC : Durability.WRITTEN;
    }

    /** A write into the operating system's memory is quick, a forced one is not. */
    @Override
    public boolean isQuick() {
        return address.sync().when() != SyncPolicy.When.ALWAYS;
    }

    @Override
    public void close() throws IOException {
        try (FileOwnership last = ownership;
                Retention third = retention;
                FileChannel second = current;
                OutputBuffer first = output) {
            later.ifPresent(LaterSync::close);
            if (broken != null) {
                broken.channel().close();
            }
            if (current.isOpen()) {
                current.force(false);
                file.syncDirectory();
            }
        }
    }
}
