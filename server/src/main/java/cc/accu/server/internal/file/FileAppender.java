package cc.accu.server.internal.file;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.commit.OutputBuffer;
import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends lines to a file, which it owns among all processes. A commit means that they are on the disk, names included;
 * with another {@link FileAddress.SyncPolicy}, that the operating system has them. What was not committed when a file
 * fails is written to a fresh one. Want of room and descriptors is waited for; only what fails in the fresh file again, or
 * for long, breaks the appender. One thread at a time.
 */
public final class FileAppender implements BatchAppender {
    private static final Logger LOG = LoggerFactory.getLogger(FileAppender.class);

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final FileAddress address;
    private final LongSupplier clock;
    private final LogFile file;
    private final AtomicLong rotations = new AtomicLong();
    private final FileWatch watch;
    private final OutputBuffer output;
    private final CurrentFile current;
    private final Retention retention;
    private final Optional<LaterSync> later;

    /** What still goes to the current file before it is asked again whether it is full: ends with a line's end. */
    private long share;

    private boolean reopening;
    private long triedToReopenAt;
    private boolean toldThatItCannotReopen;

    /** Whether the last call could not go on. */
    private boolean heldUp;

    /** Whether whoever calls must not wait, and was promised that. */
    private boolean inHaste;

    /**
     * Opens the file. Waits for room, if it takes some to set an unfinished line aside; an interrupt ends that.
     *
     * @param clock counts nanoseconds
     * @throws IOException says why not; {@link FileProblem#describe} puts that in words
     */
    public static FileAppender open(FileAddress address, FileOpener opener, LongSupplier clock) throws IOException {
        FoundFile.refuseWhatCannotBeOurs(address.path());
        FileOwnership ownership = FileOwnership.take(address.path());
        try {
            return openWhenThereIsRoom(address, ownership, opener, clock);
        } catch (IOException | RuntimeException failure) {
            ownership.close();
            throw failure;
        }
    }

    private static FileAppender openWhenThereIsRoom(
            FileAddress address, FileOwnership ownership, FileOpener opener, LongSupplier clock) throws IOException {
        for (boolean told = false; ; told = true) {
            try {
                return new FileAppender(address, ownership, opener, clock);
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
        LockSupport.parkNanos(ROOM_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw full;
        }
    }

    /** Owns {@code ownership} if that goes well. */
    private FileAppender(FileAddress address, FileOwnership ownership, FileOpener opener, LongSupplier clock)
            throws IOException {
        RotatedNames names = new RotatedNames(address.path());
        this.address = address;
        this.clock = clock;
        this.file = new LogFile(address, names, opener);
        this.watch = new FileWatch(address, file, ownership, clock);
        this.output = new OutputBuffer();
        this.current = openedOrFreed();
        this.retention = new Retention(address, names);
        this.later = address.sync().when() == FileAddress.SyncPolicy.When.LATER
                ? Optional.of(new LaterSync(address.toString(), address.sync().within()))
                : Optional.empty();
        retention.start();
    }

    private CurrentFile openedOrFreed() throws IOException {
        try {
            return new CurrentFile(address, watch, output, clock);
        } catch (IOException failure) {
            output.close();
            throw failure;
        }
    }

    /** Writes the batch, or keeps it until {@link #commit}: it must stay open as long. */
    @Override
    public void write(LineBatch batch) throws IOException {
        output.add(batch);
        if (output.isFull()) {
            store(false);
        }
    }

    /** The same for two that belong together: no next file is begun between them. */
    public void write(LineBatch first, LineBatch rest) throws IOException {
        output.add(first);
        write(rest);
    }

    /** Makes everything written so far as safe as the policy says. */
    @Override
    public void commit() throws IOException {
        store(true);
        inHaste = false;
    }

    private void store(boolean committing) throws IOException {
        while (true) {
            try {
                haveFile();
                drain();
                if (committing) {
                    commitWritten();
                }
                heldUp = false;
                return;
            } catch (OutOfMemoryError full) {
                throw held(new Shortage("no-memory", "no memory left to write with", full));
            } catch (Shortage forNow) {
                throw held(forNow);
            } catch (IOException failure) {
                spoil(failure);
            }
        }
    }

    private Shortage held(Shortage forNow) {
        heldUp = true;
        inHaste = false;
        return forNow;
    }

    /** All since the last commit goes to another file, unless that fails as well. */
    private void spoil(IOException failure) throws IOException {
        boolean again = current.isToBeForced();
        current.setAside(failure);
        share = 0;
        Optional<Shortage> forNow = Shortage.of(failure);
        if (forNow.isPresent()) {
            throw held(forNow.get());
        }
        if (again || failure instanceof ClosedChannelException) {
            throw failure;
        }
        if (inHaste) {
            throw held(new Shortage("no-file", "a fresh file is needed", failure));
        }
    }

    /** Nothing to do, mostly. */
    private void haveFile() throws IOException {
        if (!current.isLetGo() && (heldUp || isToLookFirst())) {
            look();
        }
        if (isToReopen()) {
            tryToReopen();
        }
        if (current.isLetGo() || current.isSpoiled()) {
            current.prepare();
            share = 0;
        }
    }

    private void look() throws IOException {
        current.look();
        if (current.isLetGo()) {
            share = 0;
        }
    }

    /** What is cut off before anything is written needs not be written again, which might bring it in twice. */
    private boolean isToLookFirst() {
        return output.writtenBytes() == 0 && !inHaste && (isForced() || watch.isDue());
    }

    private boolean isForced() {
        return address.sync().when() == FileAddress.SyncPolicy.When.ALWAYS;
    }

    private boolean isSynced() {
        return address.sync().when() != FileAddress.SyncPolicy.When.NEVER;
    }

    private void drain() throws IOException {
        while (output.pendingBytes() > 0) {
            if (share == 0) {
                share = nextShare();
            }
            try {
                long written = output.write(current.channel(), share);
                share -= written;
                watch.grew(written);
            } catch (IOException failure) {
                throw Shortage.insteadOf(failure);
            }
        }
    }

    private long nextShare() throws IOException {
        if (watch.isTooOld(current.channel())) {
            rotate();
        }
        long next = watch.shareOf(output, current.channel());
        while (next == 0) {
            rotate();
            next = watch.shareOf(output, current.channel());
        }
        return next;
    }

    private void rotate() throws IOException {
        if (!isSafe(isSynced())) {
            current.begin();
        } else if (current.isReplaced()) {
            retention.lookAfter(file.names().last());
            rotations.incrementAndGet();
        }
    }

    private void commitWritten() throws IOException {
        if (later.isPresent()) {
            later.get().check();
        }
        while (!isSafe(isForced())) {
            current.begin();
            drain();
        }
    }

    /** Makes what is written so far count as stored from here on; false if the file had to be given up. */
    private boolean isSafe(boolean forced) throws IOException {
        if (forced || current.isToBeForced()) {
            current.channel().force(false);
        }
        if (isSynced()) {
            current.syncNames();
        }
        if ((forced || watch.isDue()) && !inHaste) {
            look();
        }
        if (current.isLetGo()) {
            return false;
        }
        output.forgetWritten();
        if (later.isPresent()) {
            later.get().written(current.channel());
        }
        if (current.retiredBroken()) {
            retention.lookAfter(file.names().last());
        }
        return true;
    }

    @Override
    public Path directory() {
        return RotatedNames.directoryOf(file.path());
    }

    @Override
    public long rotations() {
        return rotations.get();
    }

    /** Has what is given from now on, and what is not written yet, go to the next file, unless none can be made now. */
    public void beginNext() {
        watch.askForRotation();
    }

    /** The files that have lines, oldest first; the last is the one that is written to. Any thread. */
    public List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        file.names().existing().values().forEach(files::addAll);
        files.add(file.path());
        return files;
    }

    /** Opens the file again by name, because somebody may have moved it. */
    @Override
    public void reopen() {
        reopening = true;
        toldThatItCannotReopen = false;
        tryToReopen();
    }

    private boolean isToReopen() {
        return reopening && clock.getAsLong() - triedToReopenAt >= AGAIN_NANOS;
    }

    private void tryToReopen() {
        triedToReopenAt = clock.getAsLong();
        try {
            if (!current.isLetGo()) {
                look();
            }
            if (current.isLetGo()) {
                current.begin();
                share = 0;
            } else if (file.look().place() == LogFile.Place.HERE) {
                LOG.warn("{}: asked to reopen; the file is in its place, nothing to do", address);
            } else if (!current.isSpoiled()) { // else it is left in any case
                current.leaveMoved();
                share = 0;
                LOG.warn("{}: reopened, as asked; goes on in a new file", address);
            }
            reopening = false;
        } catch (IOException failure) {
            if (!toldThatItCannotReopen) {
                toldThatItCannotReopen = true;
                LOG.error(
                        "{}: cannot reopen now, goes on with the file it has and tries again: {}",
                        address,
                        FileProblem.describe(failure, address.path()));
            }
        }
    }

    @Override
    public Durability durability() {
        return isForced() ? Durability.FSYNC : Durability.WRITTEN;
    }

    /** Whether calls mostly take about as long as copying: a write into the system's memory does, a forced one not. */
    @Override
    public boolean isQuick() {
        return !isForced();
    }

    /**
     * Whether {@code bytes} more, and a commit, take no longer than copying now; they come next. Then nothing is forced,
     * renamed or looked at in them: an event loop may make these calls.
     */
    @Override
    public boolean isQuickFor(long bytes) {
        boolean synced = later.isPresent();
        inHaste = isQuick()
                && current.isSettled(synced)
                && !heldUp
                && !isToReopen()
                && !(synced && later.get().hasFailed())
                && !watch.isDue()
                && !watch.isRotationDue(output.pendingBytes() + bytes);
        if (inHaste) {
            share = output.pendingBytes() + bytes; // no question on the way
        }
        return inHaste;
    }

    @Override
    public void close() throws IOException {
        try (FileOwnership last = watch.ownership();
                Retention third = retention;
                CurrentFile second = current;
                OutputBuffer first = output) {
            later.ifPresent(LaterSync::close);
        }
    }
}
