package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends lines to a file, which it owns among all processes. A commit means that they are on the disk, names included;
 * with another {@link SyncPolicy}, that the operating system has them. A file that fails once is left, one that was
 * removed or cut off is let go, and what was not committed is written to a fresh one. Want of room and descriptors is
 * waited for; only what fails in the fresh file again, or for long, breaks the writer. One thread at a time.
 */
final class FileWriter implements LineWriter {
    private static final Logger LOG = LoggerFactory.getLogger(FileWriter.class);

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final FileAddress address;
    private final LongSupplier clock;
    private final RotatedNames names;
    private final LogFile file;
    private final FileWatch watch;
    private final Patience patience;
    private final Rotation rotation;
    private final Retention retention;
    private final Optional<LaterSync> later;

    private final OutputBuffer output;

    private FileOwnership ownership;
    private FileChannel current;

    /** What still goes to the current file before it is asked again whether it is full: ends with a line's end. */
    private long share;

    private boolean directoryChanged;

    /** Holds lines that were committed, and failed since. */
    private @Nullable BrokenFile broken;

    /** Whether the current file is not to be written to any more. */
    private boolean spoiled;

    /** Whether the file was given up, for what others did to it, and there is none yet in its place. */
    private boolean letGo;

    private boolean reopening;
    private long triedToReopenAt;
    private boolean toldThatItCannotReopen;

    private long ownershipSeenAt;
    private boolean toldThatItIsNotAlone;

    /** Whether the last call could not go on. */
    private boolean heldUp;

    /** Whether whoever calls must not wait, and was promised that. */
    private boolean inHaste;

    FileWriter(FileAddress address, FileOwnership ownership, FileOpener opener, LongSupplier clock) throws IOException {
        this.address = address;
        this.clock = clock;
        this.ownership = ownership;
        this.names = new RotatedNames(address.path());
        this.file = new LogFile(address.path(), address.mode(), names, opener);
        this.watch = new FileWatch(address, file, clock);
        this.patience = new Patience(clock);
        this.rotation = new Rotation(address, clock);
        this.current = file.open();
        this.directoryChanged = true;
        watch.began(current.size());
        rotation.began(began(current), ownership);
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
                throw held(new HeldException("no-memory", "no memory left to write with", full));
            } catch (HeldException forNow) {
                throw held(forNow);
            } catch (IOException failure) {
                spoil(failure);
                if (inHaste) {
                    throw held(new HeldException("no-file", "a fresh file is needed", failure));
                }
            }
        }
    }

    private HeldException held(HeldException forNow) {
        heldUp = true;
        inHaste = false;
        return forNow;
    }

    /** Nothing to do, mostly. */
    private void haveFile() throws IOException {
        if (!letGo && (heldUp || isToLookFirst())) {
            lookAtFile();
        }
        if (isToReopen()) {
            tryToReopen();
        }
        if (letGo) {
            begin();
        }
        if (spoiled) {
            leaveSpoiled();
        }
    }

    /** What is cut off before anything is written needs not be written again, which might bring it in twice. */
    private boolean isToLookFirst() {
        return output.writtenBytes() == 0 && !inHaste && (isForced() || watch.isDue());
    }

    private boolean isForced() {
        return address.sync().when() == SyncPolicy.When.ALWAYS;
    }

    private void drain() throws IOException {
        while (output.pendingBytes() > 0) {
            if (share == 0) {
                share = nextShare();
            }
            try {
                long written = output.write(current, share);
                share -= written;
                watch.grew(written);
            } catch (IOException failure) {
                throw HeldException.insteadOf(failure);
            }
        }
    }

    private long nextShare() throws IOException {
        if (rotation.isTooOld(current, ownership)) {
            rotate();
        }
        long next = rotation.shareOf(output, current);
        while (next == 0) {
            rotate();
            next = rotation.shareOf(output, current);
        }
        return next;
    }

    private void commitWritten() throws IOException {
        if (later.isPresent()) {
            later.get().check();
        }
        while (!isSafe(isForced())) {
            begin();
            drain();
        }
    }

    /** Makes what is written so far count as stored from here on; false if the file had to be given up. */
    private boolean isSafe(boolean forced) throws IOException {
        if (forced || broken != null) {
            current.force(false);
        }
        if (directoryChanged && address.sync().when() != SyncPolicy.When.NEVER) {
            syncNames();
        }
        if ((forced || watch.isDue()) && !inHaste) {
            lookAtFile();
        }
        if (letGo) {
            return false;
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
        return true;
    }

    /** Lets go of the file if others have made it useless: what is not committed is to be written again then. */
    private void lookAtFile() throws IOException {
        keepOwnership();
        long committedBytes = Math.max(watch.bytes() - output.writtenBytes(), 0);
        switch (finding()) {
            case AS_LEFT -> {}
            case SHORTER -> {
                if (!spoiled) {
                    cutBack(committedBytes);
                    letGo();
                }
            }
            case REMOVED -> {
                LOG.warn("{}: the file was removed; what was not stored yet goes to a new one", address);
                letGo();
            }
        }
    }

    /** Who removes our lock lets other servers in. */
    private void keepOwnership() {
        if (clock.getAsLong() - ownershipSeenAt < AGAIN_NANOS) {
            return;
        }
        ownershipSeenAt = clock.getAsLong();
        try {
            haveOwnership();
            toldThatItIsNotAlone = false;
        } catch (IOException failure) {
            if (!toldThatItIsNotAlone && !file.hasNoDirectory()) {
                toldThatItIsNotAlone = true;
                LOG.error(
                        "{}: its lock was removed, and cannot be had again: {}",
                        address,
                        FileProblem.describe(failure, address.path()));
            }
        }
    }

    private void haveOwnership() throws IOException {
        if (!ownership.isStillThere()) {
            ownership.close();
            ownership = FileOwnership.take(address.path());
        }
    }

    private FileWatch.Finding finding() throws IOException {
        try {
            return watch.look();
        } catch (IOException failure) {
            throw HeldException.of(failure)
                    .orElseGet(() -> new HeldException("no-file", "cannot see what became of the file", failure));
        }
    }

    /** After a failure nobody knows what became of the names: the next file has a new one, which is synced then. */
    private void syncNames() throws IOException {
        try {
            file.syncDirectory();
        } catch (IOException failure) {
            boolean opened = HeldException.of(failure)
                    .filter(forNow -> forNow.why().equals("no-descriptor"))
                    .isEmpty();
            if (opened) {
                setAside(failure);
            }
            throw patience.instead(failure, FileProblem.describe(failure, address.path()));
        }
        directoryChanged = false;
        patience.renew();
    }

    private void rotate() throws IOException {
        if (!isSafe(address.sync().when() != SyncPolicy.When.NEVER)) {
            begin();
            return;
        }
        FileChannel old = current;
        try {
            if (!file.isOursToRotate()) {
                rotation.putOff(); // somebody else is at it: until SIGHUP
                return;
            }
            goOnIn(file.replace());
        } catch (IOException failure) {
            rotation.putOff(FileProblem.describe(failure, address.path()));
            return;
        }
        old.close();
        retention.lookAfter(names.last());
    }

    private void goOnIn(FileChannel fresh) throws IOException {
        current = fresh;
        share = 0;
        directoryChanged = true;
        letGo = false;
        spoiled = false;
        watch.began(fresh.size());
        rotation.began(System.currentTimeMillis(), ownership);
    }

    /** What failed once cannot be trusted again: all since the last commit goes elsewhere. */
    private void spoil(IOException failure) throws IOException {
        boolean again = broken != null;
        setAside(failure);
        Optional<HeldException> forNow = HeldException.of(failure);
        if (forNow.isPresent()) {
            throw held(forNow.get());
        }
        if (again || failure instanceof ClosedChannelException) {
            throw failure;
        }
    }

    private void setAside(IOException failure) {
        if (broken == null) {
            broken = BrokenFile.of(current, output.writtenBytes(), failure);
        } else if (!failure.equals(broken.cause())) {
            failure.addSuppressed(broken.cause());
        }
        spoiled = true;
        output.rewind();
        share = 0;
    }

    /** The file that failed gets a rotated name; one that was to replace it is replaced in turn. */
    private void leaveSpoiled() throws IOException {
        FileChannel old = current;
        boolean holdsStored = broken != null && broken.channel().equals(old);
        try {
            goOnIn(holdsStored ? file.replace() : file.replaceUnstored());
        } catch (IOException failure) {
            throw noFile(failure);
        }
        if (!holdsStored) {
            old.close();
        }
    }

    /** What is left of lines that will be written again. */
    private void cutBack(long committedBytes) {
        try {
            current.truncate(committedBytes);
        } catch (IOException failure) {
            LOG.warn("{}: lines may be there twice: {}", address, FileProblem.why(failure));
        }
    }

    /** Gives up the file, and its space if it was removed; what is not committed is to be written again. */
    private void letGo() throws IOException {
        letGo = true;
        output.rewind();
        share = 0;
        current.close();
        if (broken != null && broken.channel().equals(current)) {
            broken = null;
            spoiled = false;
        }
    }

    /** By the rules of a start: goes on in what somebody put there. */
    private void begin() throws IOException {
        try {
            haveOwnership();
            goOnIn(file.open());
        } catch (IOException failure) {
            throw noFile(failure);
        }
        patience.renew();
    }

    private IOException noFile(IOException failure) {
        if (file.hasNoDirectory()) {
            return new HeldException(
                    "no-directory", "the directory " + RotatedNames.directoryOf(address.path()) + " is gone", failure);
        }
        return patience.instead(failure, FileProblem.describe(failure, address.path()));
    }

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
            if (!letGo) {
                lookAtFile();
            }
            if (letGo) {
                begin();
            } else if (file.look().place() == LogFile.Place.HERE) {
                LOG.warn("{}: asked to reopen; the file is in its place, nothing to do", address);
            } else if (!spoiled) { // else it is left in any case
                goOnInNext();
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

    private void goOnInNext() throws IOException {
        FileChannel old = current;
        long unstoredBytes = output.writtenBytes();
        goOnIn(file.open());
        output.rewind();
        leaveMoved(old, unstoredBytes);
    }

    /** What is not stored yet goes to the new file. */
    private void leaveMoved(FileChannel old, long unstoredBytes) {
        try (old) {
            if (unstoredBytes > 0) {
                old.truncate(Math.max(old.size() - unstoredBytes, 0));
            }
            if (later.isPresent()) {
                old.force(false);
            }
        } catch (IOException failure) {
            LOG.error("{}: the end of the moved file may not be on the disk: {}", address, FileProblem.why(failure));
        }
    }

    @Override
    public Durability durability() {
        return isForced() ? Durability.FSYNC : Durability.WRITTEN;
    }

    /** A write into the operating system's memory is quick, a forced one is not. */
    @Override
    public boolean isQuick() {
        return !isForced();
    }

    @Override
    public boolean isQuickFor(long bytes) {
        boolean settled = !letGo && !spoiled && broken == null && !heldUp && !isToReopen();
        boolean synced = later.isEmpty() || !(directoryChanged || later.get().hasFailed());
        inHaste = isQuick()
                && settled
                && synced
                && !watch.isDue()
                && !rotation.isDue(watch.bytes() + output.pendingBytes() + bytes);
        if (inHaste) {
            share = output.pendingBytes() + bytes; // no question on the way
        }
        return inHaste;
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
