package cc.accu.server.internal.file;

import cc.accu.server.internal.commit.OutputBuffer;
import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that lines go to now. One that fails once is left, one that was removed or cut off is let go, and what was not
 * committed is then pending in the output again, for the next file. One thread at a time.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>IN_USE</td><td>SPOILED</td><td>writing, forcing it to the disk, or its name, has failed</td></tr>
 * <tr><td>SPOILED</td><td>IN_USE</td><td>a fresh file has its name; if it holds lines that were committed, it is kept until
 *     the next commit</td></tr>
 * <tr><td>IN_USE, SPOILED</td><td>LET_GO</td><td>somebody has removed it, or has made one in use shorter</td></tr>
 * <tr><td>LET_GO</td><td>IN_USE</td><td>there is a file again, by the rules of a start</td></tr>
 * </table>
 */
final class CurrentFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentFile.class);

    private final FileAddress address;
    private final OutputBuffer output;
    private final RotatedNames names;
    private final LogFile file;
    private final FileWatch watch;
    private final Shortage.Patience patience;
    private FileChannel channel;
    private boolean directoryChanged;

    /** Holds lines that were committed, and failed since. */
    private @Nullable BrokenFile broken;

    private State state = State.IN_USE;

    /** What is with the file. */
    private enum State {
        IN_USE,
        /** Not to be written to any more. */
        SPOILED,
        /** Given up, for what others did to it, and there is none yet in its place. */
        LET_GO
    }

    /** Opens it. The output is the caller's. */
    CurrentFile(FileAddress address, FileWatch watch, OutputBuffer output, LongSupplier clock) throws IOException {
        this.address = address;
        this.output = output;
        this.watch = watch;
        this.file = watch.file();
        this.names = file.names();
        this.patience = new Shortage.Patience(clock);
        this.channel = file.open();
        this.directoryChanged = true;
        watch.began(channel.size(), beganMillis());
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
        return state == State.IN_USE && broken == null && !(synced && directoryChanged);
    }

    /** Whether lines that were committed need the file on the disk, whatever the policy says. */
    boolean isToBeForced() {
        return broken != null;
    }

    boolean isLetGo() {
        return state == State.LET_GO;
    }

    boolean isSpoiled() {
        return state == State.SPOILED;
    }

    /** Sees to it that there is a file to write to. Nothing to do, mostly. */
    void prepare() throws IOException {
        switch (state) {
            case IN_USE -> {}
            case SPOILED -> leaveSpoiled();
            case LET_GO -> begin();
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
        state = State.IN_USE;
        watch.began(fresh.size(), System.currentTimeMillis());
    }

    /** Begins the next file, and says whether it did; when that cannot be, this one is written on. */
    boolean isReplaced() throws IOException {
        FileChannel old = channel;
        try {
            if (!file.isOursToRotate()) {
                watch.putOffRotation(); // somebody else is at it: until SIGHUP
                return false;
            }
            goOnIn(file.replace());
        } catch (IOException failure) {
            watch.putOffRotation(FileProblem.describe(failure, address.path()));
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
                if (state == State.IN_USE) {
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
        state = State.LET_GO;
        output.rewind();
        channel.close();
        if (broken != null && broken.channel().equals(channel)) {
            broken = null;
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
        if (state == State.IN_USE) {
            state = State.SPOILED;
        }
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

    /**
     * A file that failed and is never written to again: what it holds beyond {@code safeBytes} is stored elsewhere.
     *
     * @param cause what failed
     */
    private record BrokenFile(FileChannel channel, long safeBytes, IOException cause) {
        static BrokenFile of(FileChannel channel, long unsafeBytes, IOException cause) {
            long safeBytes = Long.MAX_VALUE;
            try {
                safeBytes = Math.max(channel.size() - unsafeBytes, 0);
            } catch (IOException alsoFails) {
                cause.addSuppressed(alsoFails);
            }
            return new BrokenFile(channel, safeBytes, cause);
        }

        /** Takes from it, if it lets us, what is stored elsewhere now, so that no line is torn or there twice. */
        void retire(FileAddress address, String stamp) {
            String problem = "";
            try (channel) {
                channel.truncate(safeBytes);
            } catch (IOException failure) {
                problem = "; its last lines may be unfinished, or in the new file as well (" + FileProblem.why(failure)
                        + ")";
            }
            LOG.error(
                    "{}: storing failed ({}); all that was not stored yet is in a new file, the old one is {}.{}{}",
                    address,
                    FileProblem.why(cause),
                    address.path(),
                    stamp,
                    problem);
        }
    }
}
