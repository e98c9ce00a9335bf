package cc.accu.server.internal.spool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a spool's lines have come: committed by its writer, handed out by its reader, confirmed by its forwarder; and how
 * much room they take. Any thread.
 */
final class SpoolProgress {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolProgress.class);
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long OLD_MILLIS = TimeUnit.SECONDS.toMillis(10);
    private static final double MIB = 1024 * 1024;

    private final String address;
    private final long mostBytes;

    /**
     * What was handed out together.
     *
     * @param upTo once that is confirmed, all is up to here: what is behind {@code last} is lost
     * @param millis when it was received
     */
    private record Mark(long last, long upTo, long bytes, long millis) {}

    /** Not confirmed yet, oldest first. */
    @GuardedBy("this")
    private final Deque<Mark> handedOut = new ArrayDeque<>();

    /** Changed under the lock; read by anybody, often. */
    private volatile long committed;

    /** Changed under the lock; read by anybody, often. */
    private volatile long confirmed;

    /** Bytes of committed lines that are not confirmed. */
    @GuardedBy("this")
    private long waitingBytes;

    /** Bytes of all files, which go one by one, and of what was given room in them. */
    @GuardedBy("this")
    private long usedBytes;

    /** When the oldest line that is not confirmed was received. */
    @GuardedBy("this")
    private long oldestMillis = System.currentTimeMillis();

    /** Since when nothing was confirmed though something waits, by a clock that nobody sets. */
    @GuardedBy("this")
    private long stuckSince = System.nanoTime();

    /** Changed under the lock: whether the writer waits, and all that it was given room for is in the files. */
    private volatile boolean writerWaits;

    @GuardedBy("this")
    private long reportedAt = System.nanoTime() - REPORT_NANOS;

    @GuardedBy("this")
    private boolean reported;

    SpoolProgress(String address, long mostBytes, long confirmed, long committed, long usedBytes) {
        this.address = address;
        this.mostBytes = mostBytes;
        this.confirmed = confirmed;
        this.committed = committed;
        this.usedBytes = usedBytes;
        this.waitingBytes = usedBytes;
    }

    long committed() {
        return committed;
    }

    long confirmed() {
        return confirmed;
    }

    synchronized long waitingLines() {
        return committed - confirmed;
    }

    synchronized long waitingBytes() {
        return committed == confirmed ? 0 : waitingBytes;
    }

    /** How old the oldest line is that is not confirmed; zero if all are. */
    synchronized Duration age() {
        return Duration.ofMillis(ageMillis());
    }

    /** Whoever sets the clock back must not hide an outage. */
    @GuardedBy("this")
    private long ageMillis() {
        if (committed == confirmed) {
            return 0;
        }
        long stuckMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stuckSince);
        return Math.max(System.currentTimeMillis() - oldestMillis, stuckMillis);
    }

    /**
     * Waits until there is room for so many bytes more, and takes it; says whether it did. Where nothing waits to be
     * forwarded, there is room for whatever comes, since nothing would make any.
     */
    synchronized boolean takeRoom(long bytes, Duration atMost) throws InterruptedException {
        if (hasNoRoom(bytes)) {
            awaitRoom(bytes, atMost.toNanos());
        }
        if (hasNoRoom(bytes)) {
            return false;
        }
        usedBytes += bytes;
        return true;
    }

    @GuardedBy("this")
    private boolean hasNoRoom(long bytes) {
        return isOver(bytes) && committed > confirmed;
    }

    /** Whether so many bytes more are over the bound. */
    synchronized boolean isOver(long bytes) {
        return usedBytes + bytes > mostBytes;
    }

    @GuardedBy("this")
    private void awaitRoom(long bytes, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        writerWaits = true;
        try {
            notifyAll(); // who reads may have something to delete
            for (long left = nanos; hasNoRoom(bytes) && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } finally {
            writerWaits = false;
        }
    }

    /** Whether the writer waits for files to be deleted. */
    boolean isRoomWanted() {
        return writerWaits;
    }

    /** Whether little room is left: confirmed files are not to wait then. */
    synchronized boolean isTight() {
        return usedBytes > mostBytes - mostBytes / 4;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    /** The files were found to have so many bytes; that is of no use when the writer went on meanwhile. */
    synchronized void recounted(long usedBefore, long found) {
        if (writerWaits && usedBytes == usedBefore && found < usedBefore) {
            LOG.warn(
                    "{}: its files have {} bytes less than were written: somebody removed or shortened some",
                    address,
                    usedBefore - found);
            usedBytes = found;
            notifyAll();
        }
    }

    synchronized void deleted(long bytes) {
        usedBytes -= bytes;
        notifyAll();
    }

    /** All lines up to {@code last} are on the disk, among them so many bytes that were not before. */
    synchronized void committed(long last, long bytes, long firstMillis) {
        if (committed == confirmed) {
            oldestMillis = firstMillis;
            stuckSince = System.nanoTime();
            waitingBytes = 0;
        }
        committed = last;
        waitingBytes += bytes;
        notifyAll();
        report();
    }

    /** Waits for a line behind {@code position}, or until there may be something else to do. */
    synchronized void awaitCommitted(long position, long nanos) throws InterruptedException {
        if (committed <= position && nanos > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        }
        report();
    }

    /** The reader begins again with all that the files have. */
    synchronized void restarted() {
        handedOut.clear();
        waitingBytes = usedBytes;
    }

    /** The first line that waits was received then. */
    synchronized void startsWith(long millis) {
        oldestMillis = millis;
    }

    /** The reader passed bytes that nobody needs. */
    synchronized void passed(long bytes) {
        waitingBytes = Math.max(waitingBytes - bytes, 0);
    }

    /** Lines up to {@code last} were handed out. */
    synchronized void handedOut(long last, long bytes, long millis) {
        if (handedOut.isEmpty()) {
            oldestMillis = millis;
        }
        handedOut.add(new Mark(last, last, bytes, millis));
    }

    /** Lines up to {@code last} are not to be had any more: nothing is to be waited for but what was handed out. */
    synchronized void lost(long last) {
        if (handedOut.isEmpty()) {
            confirmed = Math.max(confirmed, last);
            notifyAll();
        } else {
            Mark before = handedOut.removeLast();
            handedOut.add(new Mark(before.last, last, before.bytes, before.millis));
        }
    }

    /** Lines up to {@code position} are where they are to go. */
    synchronized void confirmed(long position) {
        if (position > committed) {
            throw new IllegalArgumentException("line " + position + " is not in the spool; the last is " + committed);
        }
        long upTo = Math.max(confirmed, position);
        while (!handedOut.isEmpty() && handedOut.getFirst().last <= upTo) {
            Mark done = handedOut.removeFirst();
            upTo = Math.max(upTo, done.upTo);
            waitingBytes = Math.max(waitingBytes - done.bytes, 0);
            oldestMillis = handedOut.isEmpty() ? done.millis : handedOut.getFirst().millis;
        }
        if (upTo > confirmed) {
            confirmed = upTo;
            stuckSince = System.nanoTime();
            notifyAll();
        }
        report();
    }

    @GuardedBy("this")
    private void report() {
        long ageMillis = ageMillis();
        if (ageMillis < OLD_MILLIS) {
            if (reported && committed == confirmed) {
                reported = false;
                LOG.info("{}: all lines are forwarded", address);
            }
            return;
        }
        if (System.nanoTime() - reportedAt >= REPORT_NANOS) {
            reportedAt = System.nanoTime();
            reported = true;
            LOG.warn(
                    "{}: {} lines ({} MiB) wait to be forwarded, the oldest for {} s",
                    address,
                    committed - confirmed,
                    Math.round(waitingBytes / MIB),
                    TimeUnit.MILLISECONDS.toSeconds(ageMillis));
        }
    }
}
