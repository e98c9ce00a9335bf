package cc.accu.server.internal.file;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What others do to the file while it is written to: they move, remove and shorten it, and remove
 * the lock that keeps other servers out. One thread at a time. */
final class FileWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final long EACH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOVED_FOR_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final FileAddress address;
    private final LogFile file;
    private final LongSupplier clock;
    private FileOwnership ownership;
    private long ownershipSeenAt;
    private boolean toldThatItIsNotAlone;
    private long bytes;
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
    }

    LogFile file() {
        return file;
    }

    FileOwnership ownership() {
        return ownership;
    }

    /** Another file is written to from now on. */
    void began(long presentBytes) {
        bytes = presentBytes;
        moved = false;
        toldMoved = false;
        lookedAt = clock.getAsLong();
    }

    /** So much was appended. */
    void grew(long more) {
        bytes += more;
    }

    /** How long the file is, unless somebody made it shorter. */
    long bytes() {
        return bytes;
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
