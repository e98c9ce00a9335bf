package cc.accu.server.internal.spool;

import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.FileAppender;
import cc.accu.server.internal.file.FileProblem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out a spool's lines in order, from the first that is not confirmed. Also keeps up to where they are, and deletes
 * files of which all is confirmed. One thread, but for {@link #confirm}.
 *
 * <p>It holds a block of 256 KiB, or the largest frame if that is larger, and what it remembers of senders. Batches that are
 * handed out have memory of their own: whoever holds N bytes of lines holds N bytes.
 */
public final class SpoolReader implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolReader.class);

    private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Saved a little later than confirmed: what a crash repeats. */
    private static final long SAVE_BYTES = 4 * 1024 * 1024;

    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Pause before what has failed is tried again: reading at once, what can wait later. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long MUCH_LATER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Lines that were received together; whoever got them closes them.
     *
     * @param batch as it was received, or a part of that; its memory is its own, so it holds no more than it has
     * @param position of the first line, counted from 1 over the spool's whole life; the others follow one by one
     */
    public record Spooled(LineBatch batch, long position) {
        /** Position of the last line: what is to be confirmed when all are where they are to go. */
        public long last() {
            return position + batch.count() - 1;
        }
    }

    private record Passed(Segment segment, long bytes, long last) {}

    private final String address;
    private final FileAppender file;
    private final OptionalLong spool;
    private final SpoolProgress progress;
    private final PositionFile positions;
    private final FrameHead.Codec codec = new FrameHead.Codec();

    /** Read to its end, and not deleted; in order. */
    private final Deque<Passed> passed = new ArrayDeque<>();

    private @Nullable SegmentReader current;

    /** The last line that was handed out, or passed. */
    private long read;

    private long bytesSinceSave;
    private long savedAt = System.nanoTime();
    private boolean toldUnsaved;
    private boolean toldUndeleted;
    private long undeletedAt = System.nanoTime() - MUCH_LATER_NANOS;
    private long recountedAt = System.nanoTime() - MUCH_LATER_NANOS;

    private long untold;

    /** The last of those that are not told of. */
    private long missingTo;

    private long toldAt = System.nanoTime() - TELL_NANOS;

    SpoolReader(String address, FileAppender file, PositionFile positions, SpoolProgress progress) throws IOException {
        this.address = address;
        this.file = file;
        this.positions = positions;
        this.progress = progress;
        this.spool = OptionalLong.of(positions.saved().spool());
        rewind();
    }

    /**
     * The next lines; empty if there are none for that long.
     *
     * @throws IOException when a file could not be read for that long: the next call tries again, and nothing is passed over
     */
    public Optional<Spooled> next(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            long now = System.nanoTime();
            doWhatIsDue(now);
            long left = deadline - now;
            if (progress.committed() <= read) {
                progress.awaitCommitted(read, isSaved() ? left : Math.min(left, SAVE_NANOS));
            }
            Optional<Spooled> next = nextOrPause(progress.committed(), left);
            if (next.isPresent() || left <= 0) {
                return next;
            }
        }
    }

    /** Fails if there is no time left, else waits a little: whoever calls again and again must not spin. */
    private Optional<Spooled> nextOrPause(long committed, long left) throws IOException, InterruptedException {
        try {
            return committed > read ? upTo(committed) : Optional.empty();
        } catch (IOException failure) {
            pauseAfter(failure, left);
        } catch (OutOfMemoryError full) {
            pauseAfter(new IOException("no memory left to read with", full), left);
        }
        return Optional.empty();
    }

    private static void pauseAfter(IOException failure, long left) throws IOException, InterruptedException {
        if (left <= 0) {
            throw failure;
        }
        TimeUnit.NANOSECONDS.sleep(Math.min(left, AGAIN_NANOS));
    }

    /**
     * What was handed out and is not confirmed is handed out again.
     *
     * @throws IOException when the files cannot be read now: it is handed out again all the same, by later calls
     */
    public void rewind() throws IOException {
        closeCurrent();
        passed.clear();
        progress.restarted();
        read = 0;
        while (hasCurrent() && reader().look() == SegmentReader.Found.FRAME) {
            if (reader().head().last() > progress.confirmed()) {
                progress.startsWith(reader().head().receivedMillis());
                return;
            }
            pass();
        }
    }

    /** The next lines, at most to {@code limit}, up to where all are on the disk: what is not there is lost. */
    private Optional<Spooled> upTo(long limit) throws IOException {
        boolean again = false;
        while (hasCurrent()) {
            switch (reader().look()) {
                case FRAME -> {
                    if (reader().head().last() > limit) {
                        return lost(limit);
                    }
                    Optional<Spooled> next = pass();
                    if (next.isPresent()) {
                        return next;
                    }
                }
                case DAMAGED -> {
                    long before = reader().offset();
                    reader().passDamaged();
                    progress.passed(reader().offset() - before);
                }
                case END, UNFINISHED -> {
                    if (!isNextOpened()) {
                        if (again) {
                            return lost(limit);
                        }
                        again = true;
                        reader().restart(); // somebody may have emptied the file, which was filled again since
                    }
                }
            }
        }
        return lost(limit);
    }

    private Optional<Spooled> lost(long limit) {
        noteMissing(limit - Math.max(read, progress.confirmed()), limit);
        read = limit;
        progress.lost(limit);
        return Optional.empty();
    }

    /** Goes behind the frame that is next; gives those of its lines that are not confirmed, and were not handed out. */
    private Optional<Spooled> pass() throws IOException {
        FrameHead head = reader().head();
        long known = Math.max(read, progress.confirmed());
        long before = reader().offset();
        Optional<LineBatch> batch = head.last() > known ? Optional.of(reader().batch()) : Optional.empty();
        reader().pass();
        long bytes = reader().offset() - before;
        read = Math.max(read, head.last());
        if (batch.isEmpty()) {
            progress.passed(bytes);
            return Optional.empty();
        }
        noteMissing(head.position() - 1 - known, head.position() - 1);
        skip(batch.get(), known + 1 - head.position());
        progress.handedOut(head.last(), bytes, head.receivedMillis());
        bytesSinceSave += bytes;
        return Optional.of(new Spooled(batch.get(), Math.max(head.position(), known + 1)));
    }

    private static void skip(LineBatch batch, long lines) {
        for (long i = 0; i < lines; i++) {
            batch.skip(1, batch.lines().bytesBefore((byte) '\n') + 1);
        }
    }

    private void noteMissing(long lines, long last) {
        if (lines > 0) {
            untold += lines;
            missingTo = last;
        }
        if (untold > 0) {
            tellMissing(System.nanoTime());
        }
    }

    private void tellMissing(long now) {
        if (untold > 0 && now - toldAt >= TELL_NANOS) {
            LOG.error("{}: {} lines up to line {} are damaged or missing, and passed over", address, untold, missingTo);
            toldAt = now;
            untold = 0;
        }
    }

    private SegmentReader reader() {
        if (current == null) {
            throw new IllegalStateException("no file is open");
        }
        return current;
    }

    /** Opens the oldest file if none is open; false if there is none. */
    private boolean hasCurrent() throws IOException {
        if (current != null && !current.isOpen() && !isReopened(current)) {
            closeCurrent();
        }
        while (current == null) {
            List<Segment> all = Segment.of(file);
            if (all.isEmpty()) {
                return false;
            }
            current = SegmentReader.open(all.get(0), spool, codec).orElse(null);
        }
        return true;
    }

    private boolean isReopened(SegmentReader closed) throws IOException {
        for (Segment segment : Segment.of(file)) {
            if (segment.key().equals(closed.segment().key())) {
                return closed.isReopened(segment);
            }
        }
        return false;
    }

    /** Goes on in the file behind this one; false if there is none, or there is more in this one. */
    private boolean isNextOpened() throws IOException {
        SegmentReader done = reader();
        List<Segment> all = Segment.of(file);
        int next = 0;
        while (next < all.size() && !all.get(next).key().equals(done.segment().key())) {
            next++;
        }
        if (next == all.size()) { // somebody removed it: what was read already is passed over
            closeCurrent();
            return hasCurrent();
        }
        if (next == all.size() - 1) {
            return false;
        }
        SegmentReader.Found last = done.look(); // nothing is added any more, but may have been until just now
        if (last == SegmentReader.Found.FRAME || last == SegmentReader.Found.DAMAGED) {
            return true;
        }
        Segment left = all.get(next);
        long bytes = done.bytes();
        Optional<SegmentReader> following = SegmentReader.open(all.get(next + 1), spool, codec);
        if (following.isPresent()) {
            if (last == SegmentReader.Found.UNFINISHED) {
                LOG.info("{}: {} ends within lines that were never stored, as after a crash", address, left.path());
                progress.passed(bytes - done.offset());
            }
            passed.add(new Passed(left, bytes, read));
            closeCurrent();
            current = following.get();
        }
        return true; // if it got another name just now, this is asked again
    }

    /**
     * All lines up to that position are where they are to go, and are not handed out again, but that a crash may forget it.
     * Any thread; does not wait for a disk.
     *
     * @throws IllegalArgumentException when there is no such line
     */
    public void confirm(long position) {
        progress.confirmed(position);
    }

    private boolean isSaved() {
        return progress.confirmed() == positions.saved().confirmed();
    }

    /**
     * Keeps up to where lines are confirmed, and deletes files of which all is, if it is time to. {@link #next} does that
     * too; this is for one who wants no lines for now.
     */
    public void keepUp() {
        doWhatIsDue(System.nanoTime());
    }

    private void doWhatIsDue(long now) {
        boolean due = now - savedAt >= SAVE_NANOS
                || bytesSinceSave >= SAVE_BYTES
                || (hasConfirmedFile(progress.confirmed()) && progress.isTight());
        if (due && !isSaved()) {
            save();
        }
        if (!passed.isEmpty() && now - undeletedAt >= MUCH_LATER_NANOS) {
            deleteConfirmed();
        }
        if (progress.isRoomWanted() && now - recountedAt >= MUCH_LATER_NANOS) {
            recountedAt = now;
            recount();
        }
        tellMissing(now);
    }

    /** Files that somebody removed take no room any more. */
    private void recount() {
        long used = progress.usedBytes();
        try {
            progress.recounted(used, Segment.bytesOf(Segment.of(file)));
        } catch (IOException failure) {
            LOG.debug("{}: cannot see what its files take", address, failure);
        }
    }

    private void save() {
        savedAt = System.nanoTime();
        bytesSinceSave = 0;
        try {
            positions.save(progress.confirmed());
            toldUnsaved = false;
        } catch (IOException failure) {
            if (!toldUnsaved) {
                LOG.warn(
                        "{}: cannot keep up to where lines are forwarded, a restart may repeat some: {}",
                        address,
                        FileProblem.why(failure));
            }
            toldUnsaved = true;
        }
    }

    /** Files go only when it is on the disk that they are confirmed; if that cannot be, it may be for want of room. */
    private void deleteConfirmed() {
        long confirmed = toldUnsaved ? progress.confirmed() : positions.saved().confirmed();
        while (hasConfirmedFile(confirmed) && isDeleted(passed.getFirst())) {
            passed.removeFirst();
        }
    }

    private boolean hasConfirmedFile(long confirmed) {
        return !passed.isEmpty() && passed.getFirst().last <= confirmed;
    }

    private boolean isDeleted(Passed done) {
        try {
            if (done.segment.isInPlace()) {
                Files.deleteIfExists(done.segment.path());
            }
        } catch (IOException failure) {
            if (!toldUndeleted) {
                LOG.warn("{}: cannot delete {}: {}", address, done.segment.path(), FileProblem.why(failure));
            }
            toldUndeleted = true;
            undeletedAt = System.nanoTime();
            return false;
        }
        toldUndeleted = false;
        progress.deleted(done.bytes);
        return true;
    }

    private void closeCurrent() throws IOException {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    /** Keeps what is confirmed by now. */
    @Override
    public void close() throws IOException {
        if (!isSaved()) {
            save();
        }
        deleteConfirmed();
        toldAt = System.nanoTime() - TELL_NANOS;
        noteMissing(0, 0);
        closeCurrent();
    }
}
