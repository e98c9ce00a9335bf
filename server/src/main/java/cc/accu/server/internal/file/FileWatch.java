package cc.accu.server.internal.file;

import cc.accu.server.internal.commit.OutputBuffer;
import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the file while it is written to: how long and how old it gets, and so when the next one is due; and what
 * others do to it, who move, remove and shorten it, and remove the lock that keeps other servers out. One thread at a time.
 */
final class FileWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final long EACH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOVED_FOR_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long ROTATE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FileAddress address;
    private final LogFile file;
    private final LongSupplier clock;
    private final long mostAgeMillis;
    private FileOwnership ownership;
    private long ownershipSeenAt;
    private boolean toldThatItIsNotAlone;
    private long bytes;
    private long beganMillis;
    private boolean rotationAsked;
    private boolean rotationPutOff;
    private long putOffAt;
    private boolean toldPutOff;
    private long lookedAt;
    private boolean moved;
    private long movedSince;
    private boolean toldMoved;
    private boolean toldShorter;

    FileWatch(FileAddress address, LogFile file, FileOwnership ownership, LongSupplier clock) {
        this.address = address;
        this.file = file;
        this.ownership = ownership;
        this.clock = clock;
        this.mostAgeMillis = address.rotate().age().toMillis();
    }

    LogFile file() {
        return file;
    }

    FileOwnership ownership() {
        return ownership;
    }

    /** Another file is written to from now on, which was begun at that time. */
    void began(long presentBytes, long millis) {
        bytes = presentBytes;
        moved = false;
        toldMoved = false;
        lookedAt = clock.getAsLong();
        startAge(millis);
    }

    /** Also for the next start, since files do not know. */
    private void startAge(long millis) {
        beganMillis = millis;
        rotationAsked = false;
        rotationPutOff = false;
        toldPutOff = false;
        try {
            ownership.noteBegan(millis);
        } catch (IOException failure) {
            // A time that is not noted makes a later file longer, and costs no line.
            LOG.debug("{}: cannot note when it was begun", address, failure);
        }
    }

    /** So much was appended. */
    void grew(long more) {
        bytes += more;
    }

    /** How long the file is, unless somebody made it shorter. */
    long bytes() {
        return bytes;
    }

    /** Whether the next file may be due when {@code more} bytes are in this one. */
    boolean isRotationDue(long more) {
        long limit = address.rotate().bytes();
        return ((limit > 0 && bytes + more > limit) || isOld()) && !isRotationPutOff();
    }

    /** Whether the file is too old to be written to. An empty one never is. */
    boolean isTooOld(FileChannel file) throws IOException {
        if (!isOld() || isRotationPutOff()) {
            return false;
        }
        if (file.size() > 0) {
            return true;
        }
        startAge(System.currentTimeMillis());
        return false;
    }

    /** The next file is due before the next line, however new this one is; if that cannot be, it is due no more. */
    void askForRotation() {
        rotationAsked = !isRotationPutOff();
    }

    private boolean isOld() {
        return rotationAsked || (mostAgeMillis > 0 && System.currentTimeMillis() - beganMillis >= mostAgeMillis);
    }

    /** Bytes of the pending lines that go into the file, whole lines; 0 if it is time for the next file. */
    long shareOf(OutputBuffer output, FileChannel file) throws IOException {
        long limit = address.rotate().bytes();
        if (limit == 0 || isRotationPutOff()) {
            return output.pendingBytes();
        }
        // Asked each time, because others may truncate the file.
        long size = file.size();
        long fits = output.wholeLinesWithin(limit - size);
        return fits > 0 || size > 0 ? fits : output.firstLineBytes();
    }

    /** It did not work, whatever the reason: rather a larger file for now than none. */
    void putOffRotation(String reason) {
        if (!toldPutOff) {
            LOG.error(
                    "{}: cannot begin the next file, goes on with this one and tries again later: {}", address, reason);
        }
        toldPutOff = true;
        putOffRotation();
    }

    /** Not now, and that is no fault. */
    void putOffRotation() {
        rotationAsked = false;
        rotationPutOff = true;
        putOffAt = clock.getAsLong();
    }

    private boolean isRotationPutOff() {
        return rotationPutOff && clock.getAsLong() - putOffAt < ROTATE_AGAIN_NANOS;
    }

    /** Whether the last look was a while ago. */
    boolean isDue() {
        return clock.getAsLong() - lookedAt >= EACH_NANOS;
    }

    /** What became of the file since the last look. */
    enum Finding {
        AS_LEFT,
        /** Somebody has cut off its end, and with it what is not committed, or a part of that. */
        SHORTER,
        /** It has no name any more. */
        REMOVED
    }

    Finding look() throws IOException {
        keepOwnership();
        lookedAt = clock.getAsLong();
        LogFile.Look look = lookAtFile();
        return switch (look.place()) {
            case HERE -> {
                moved = false;
                yield compare(look.bytes());
            }
            case MOVED -> {
                noteMoved();
                yield Finding.AS_LEFT;
            }
            case REMOVED -> Finding.REMOVED;
        };
    }

    private LogFile.Look lookAtFile() throws IOException {
        try {
            return file.look();
        } catch (IOException failure) {
            throw Shortage.of(failure)
                    .orElseGet(() -> new Shortage("no-file", "cannot see what became of the file", failure));
        }
    }

    /** Who removes our lock lets other servers in. */
    private void keepOwnership() {
        if (clock.getAsLong() - ownershipSeenAt < EACH_NANOS) {
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

    void haveOwnership() throws IOException {
        if (!ownership.isStillThere()) {
            ownership.close();
            ownership = FileOwnership.take(address.path());
        }
    }

    private Finding compare(long present) {
        boolean shorter = present < bytes;
        bytes = present;
        if (shorter && !toldShorter) {
            toldShorter = true;
            LOG.warn(
                    "{}: somebody made the file shorter, as copytruncate does; this loses lines that were stored; rename the file and send SIGHUP instead",
                    address);
        }
        return shorter ? Finding.SHORTER : Finding.AS_LEFT;
    }

    private void noteMoved() {
        if (!moved) {
            moved = true;
            movedSince = clock.getAsLong();
        } else if (!toldMoved && clock.getAsLong() - movedSince >= MOVED_FOR_NANOS) {
            toldMoved = true;
            LOG.warn(
                    "{}: the file was moved away a minute ago and is still written to; send SIGHUP to begin a new one",
                    address);
        }
    }
}
