package cc.accu.server.internal.file;

import cc.accu.server.internal.commit.OutputBuffer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that lines go to now. One that fails once is left, one that was removed or cut off is let go, and what was not
 * committed is then pending in the output again, for the next file. One thread at a time.
 */
final class CurrentFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentFile.class);

    private final FileAddress address;
    private final OutputBuffer output;
    private final RotatedNames names;
    private final LogFile file;
    private final FileWatch watch;
    private final Rotation rotation;
    private final Shortage.Patience patience;
    private FileChannel channel;
    private boolean directoryChanged;

    /** Holds lines that were committed, and failed since. */
    private @Nullable BrokenFile broken;

    /** Whether the file is not to be written to any more. */
    private boolean spoiled;

    /** Whether the file was given up, for what others did to it, and there is none yet in its place. */
    private boolean letGo;

    /** Opens it. The output is the caller's. */
    CurrentFile(FileAddress address, FileWatch watch, OutputBuffer output, LongSupplier clock) throws IOException {
        this.address = address;
        this.output = output;
        this.watch = watch;
        this.file = watch.file();
        this.names = file.names();
        this.patience = new Shortage.Patience(clock);
        this.rotation = new Rotation(address, clock);
        this.channel = file.open();
        this.directoryChanged = true;
        watch.began(channel.size());
        rotation.began(beganMillis(), watch.ownership());
    }

    private long beganMillis() throws IOException {
        return channel.size() == 0
                ? System.currentTimeMillis()
                : watch.ownership().began().orElse(file.lastWrittenMillis());
    }

    FileChannel channel() {
        return channel;
    }

    /** Whether nothing is to be done before the next write but, with {@code synced} names, that. */
    boolean isSettled(boolean synced) {
        return !letGo && !spoiled && broken == null && !(synced && directoryChanged);
    }

    /** Whether lines that were committed need the file on the disk, whatever the policy says. */
    boolean isToBeForced() {
        return broken != null;
    }

    boolean isLetGo() {
        return letGo;
    }

    boolean isSpoiled() {
        return spoiled;
    }

    Rotation rotation() {
        return rotation;
    }

    /** Sees to it that there is a file to write to. Nothing to do, mostly. */
    void prepare() throws IOException {
        if (letGo) {
            begin();
        }
        if (spoiled) {
            leaveSpoiled();
        }
    }

    /** By the rules of a start: goes on in what somebody put there. */
    void begin() throws IOException {
        try {
            watch.haveOwnership();
            goOnIn(file.open());
        } catch (IOException failure) {
            throw noFile(failure);
        }
        patience.renew();
    }

    private IOException noFile(IOException failure) {
        if (file.hasNoDirectory()) {
            return new Shortage(
                    "no-directory", "the directory " + RotatedNames.directoryOf(address.path()) + " is gone", failure);
        }
        return patience.instead(failure, FileProblem.describe(failure, address.path()));
    }

    /** The file that failed gets a rotated name; one that was to replace it is replaced in turn. */
    private void leaveSpoiled() throws IOException {
        FileChannel old = channel;
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

    private void goOnIn(FileChannel fresh) throws IOException {
        channel = fresh;
        directoryChanged = true;
        letGo = false;
        spoiled = false;
        watch.began(fresh.size());
        rotation.began(System.currentTimeMillis(), watch.ownership());
    }

    /** Begins the next file, and says whether it did; when that cannot be, this one is written on. */
    boolean isReplaced() throws IOException {
        FileChannel old = channel;
        try {
            if (!file.isOursToRotate()) {
                rotation.putOff(); // somebody else is at it: until SIGHUP
                return false;
            }
            goOnIn(file.replace());
        } catch (IOException failure) {
            rotation.putOff(FileProblem.describe(failure, address.path()));
            return false;
        }
        old.close();
        return true;
    }

    /** Lets go of the file if others have made it useless: what is not committed is to be written again then. */
    void look() throws IOException {
        long committedBytes = Math.max(watch.bytes() - output.writtenBytes(), 0);
        switch (watch.look()) {
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

    /** What is left of lines that will be written again. */
    private void cutBack(long committedBytes) {
        try {
            channel.truncate(committedBytes);
        } catch (IOException failure) {
            LOG.warn("{}: lines may be there twice: {}", address, FileProblem.why(failure));
        }
    }

    /** Gives up the file, and its space if it was removed. */
    private void letGo() throws IOException {
        letGo = true;
        output.rewind();
        channel.close();
        if (broken != null && broken.channel().equals(channel)) {
            broken = null;
            spoiled = false;
        }
    }

    /** After a failure nobody knows what became of the names: the next file has a new one, which is synced then. */
    void syncNames() throws IOException {
        if (!directoryChanged) {
            return;
        }
        try {
            file.syncDirectory();
        } catch (IOException failure) {
            boolean opened = Shortage.of(failure)
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

    /** What failed once cannot be trusted again: all since the last commit goes elsewhere. */
    void setAside(IOException failure) {
        if (broken == null) {
            broken = BrokenFile.of(channel, output.writtenBytes(), failure);
        } else if (!failure.equals(broken.cause())) {
            failure.addSuppressed(broken.cause());
        }
        spoiled = true;
        output.rewind();
    }

    /** All that the broken file held is stored elsewhere now. Does nothing if there is none; else says so. */
    boolean retiredBroken() {
        if (broken == null) {
            return false;
        }
        broken.retire(address, names.last());
        broken = null;
        return true;
    }

    /** Goes on in the file that has the name now; what is not stored yet goes there. */
    void leaveMoved() throws IOException {
        FileChannel old = channel;
        long unstoredBytes = output.writtenBytes();
        goOnIn(file.open());
        output.rewind();
        try (old) {
            if (unstoredBytes > 0) {
                old.truncate(Math.max(old.size() - unstoredBytes, 0));
            }
            if (address.sync().when() == FileAddress.SyncPolicy.When.LATER) {
                old.force(false);
            }
        } catch (IOException failure) {
            LOG.error("{}: the end of the moved file may not be on the disk: {}", address, FileProblem.why(failure));
        }
    }

    @Override
    public void close() throws IOException {
        try (FileChannel last = channel) {
            if (broken != null) {
                broken.channel().close();
            }
            if (last.isOpen()) {
                last.force(false);
                file.syncDirectory();
            }
        }
    }
}
