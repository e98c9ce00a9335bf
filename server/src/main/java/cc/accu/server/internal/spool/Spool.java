package cc.accu.server.internal.spool;

import cc.accu.server.internal.file.BatchAppender;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.FileAppender;
import cc.accu.server.internal.file.FileOpener;
import cc.accu.server.internal.file.FileOpener.FileMode;
import cc.accu.server.internal.file.FileProblem;
import cc.accu.server.internal.format.LineFormat;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores lines on the disk, in order and up to a size, until a forwarder confirms them: what is stored outlives outages,
 * the process, and a power cut. A directory has one spool, and a spool one process. Lines that are handed out and not
 * confirmed when it ends are handed out again: at least once, each time with the spool's id and the same position.
 *
 * <p>The directory has the files that lines are in, {@code lines} and older ones, and {@code position}: up to where they
 * are confirmed. Any thread.
 */
public final class Spool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    /** A file goes when all in it is confirmed: there are this many of them in a full spool, or on a full disk. */
    private static final int SEGMENTS = 16;

    private static final long LEAST_SEGMENT_BYTES = 64 * 1024;
    private static final long MOST_SEGMENT_BYTES = 32 * 1024 * 1024;
    private static final FileMode MODE = new FileMode(0750);

    private final String address;
    private final String id;
    private final PositionFile positions;
    private final SpoolProgress progress;
    private final SpoolReader reader;
    private final SpoolWriter writer;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What a spool is made of, in the order in which it is opened. */
    private Spool(String address, FileAppender file, PositionFile positions, long committed, Bounds bounds)
            throws IOException {
        PositionFile.Saved saved = positions.saved();
        this.address = address;
        this.id = HexFormat.of().toHexDigits(saved.spool());
        this.positions = positions;
        this.progress = new SpoolProgress(
                address,
                bounds.mostBytes,
                saved.confirmed(),
                Math.max(committed, saved.confirmed()),
                Segment.bytesOf(Segment.of(file)));
        this.reader = new SpoolReader(address, file, positions, progress);
        this.writer = new SpoolWriter(file, progress, saved.spool(), bounds.segmentBytes);
    }

    /** What all files may take, and about what one does. */
    private record Bounds(long mostBytes, long segmentBytes) {
        static Bounds of(Path directory, long mostBytes) throws IOException {
            long diskBytes = Files.getFileStore(directory).getTotalSpace();
            long most = diskBytes > 0 ? Math.min(mostBytes, diskBytes) : mostBytes;
            return new Bounds(mostBytes, Math.min(Math.max(most / SEGMENTS, LEAST_SEGMENT_BYTES), MOST_SEGMENT_BYTES));
        }
    }

    /**
     * Opens the spool in a directory, which is made if it is not there.
     *
     * @param mostBytes what its files may take
     * @throws IOException with a message for the person who named the directory
     */
    public static Spool open(Path directory, long mostBytes) throws IOException {
        return open(directory, mostBytes, FileOpener.DISK);
    }

    /**
     * The same, on a disk.
     *
     * @param disk opens the files that lines go to
     */
    public static Spool open(Path directory, long mostBytes, FileOpener disk) throws IOException {
        String address = "spool:" + directory;
        Path lines = directory.toAbsolutePath().resolve("lines");
        try {
            makeDirectory(Objects.requireNonNull(lines.getParent()));
            FileAppender file = FileAppender.open(address(lines), disk, System::nanoTime);
            try {
                return open(address, file, lines.resolveSibling("position"), mostBytes);
            } catch (IOException | RuntimeException failure) {
                file.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new IOException(FileProblem.describe(failure, lines), failure);
        }
    }

    private static Spool open(String address, FileAppender file, Path position, long mostBytes) throws IOException {
        List<Segment> all = Segment.of(file);
        Optional<FrameHead> last = lastIn(all);
        PositionFile positions = openOrCreate(address, position, all, last);
        try {
            Bounds bounds = Bounds.of(Objects.requireNonNull(position.getParent()), mostBytes);
            return new Spool(address, file, positions, last.map(FrameHead::last).orElse(0L), bounds);
        } catch (IOException | RuntimeException failure) {
            positions.close();
            throw failure;
        }
    }

    private static FileAddress address(Path lines) {
        return new FileAddress(
                lines,
                LineFormat.Kind.RAW,
                FileAddress.SyncPolicy.parse("always"),
                new FileAddress.RotateAt(0, Duration.ZERO),
                0,
                0,
                false,
                0640,
                false); // what a crash tears was never acknowledged, and would take room that nobody counts
    }

    private static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, MODE.atCreation());
        } catch (FileAlreadyExistsException there) {
            return;
        }
        MODE.complete(directory);
        force(Objects.requireNonNull(directory.getParent()));
    }

    private static void force(Path path) throws IOException {
        try (FileChannel opened = FileChannel.open(path, StandardOpenOption.READ)) {
            opened.force(true);
        }
    }

    /**
     * The frame with the last line that is there; it is on the disk then, and all before it. Mostly that is in the last file
     * that has any, unless somebody put an older one there: no position is given twice for that.
     */
    private static Optional<FrameHead> lastIn(List<Segment> all) throws IOException {
        Optional<FrameHead> last = Optional.empty();
        for (int i = all.size() - 1; i >= 0; i--) {
            Optional<FrameHead> first = firstIn(all.get(i));
            if (first.isPresent() && isBehind(first.get(), last)) {
                force(all.get(i).path());
                last = lastIn(all.get(i));
            }
        }
        return last;
    }

    private static boolean isBehind(FrameHead one, Optional<FrameHead> other) {
        return other.isEmpty()
                || (one.spool() == other.get().spool()
                        && one.last() > other.get().last());
    }

    private static Optional<FrameHead> firstIn(Segment segment) throws IOException {
        try (SegmentReader reader = opened(segment)) {
            return reader.nextHead();
        }
    }

    private static Optional<FrameHead> lastIn(Segment segment) throws IOException {
        try (SegmentReader reader = opened(segment)) {
            Optional<FrameHead> last = Optional.empty();
            for (Optional<FrameHead> next = reader.nextHead(); next.isPresent(); next = reader.nextHead()) {
                last = next;
            }
            return last;
        }
    }

    private static SegmentReader opened(Segment segment) throws IOException {
        return SegmentReader.open(segment, OptionalLong.empty(), new FrameHead.Codec())
                .orElseThrow(() -> new NoSuchFileException(segment.path().toString()));
    }

    private static PositionFile openOrCreate(String address, Path path, List<Segment> all, Optional<FrameHead> last)
            throws IOException {
        Optional<PositionFile> there = PositionFile.open(path);
        if (there.isPresent()) {
            long spool = there.get().saved().spool();
            if (last.isEmpty() || last.get().spool() == spool) {
                warnOfDoubts(address, there.get(), last);
                return there.get();
            }
            there.get().close();
        }
        if (last.isPresent()) {
            LOG.warn(
                    "{}: {} up to where lines are forwarded: all that are there are forwarded again",
                    address,
                    there.isPresent() ? "the file position is another spool's, and nothing says" : "nothing says");
        }
        long spool = last.map(FrameHead::spool).orElseGet(() -> new SecureRandom().nextLong());
        PositionFile created = PositionFile.create(path, new PositionFile.Saved(spool, beforeFirstIn(all)));
        force(Objects.requireNonNull(path.getParent()));
        return created;
    }

    private static void warnOfDoubts(String address, PositionFile there, Optional<FrameHead> last) {
        if (there.wasDamaged()) {
            LOG.warn(
                    "{}: the file position is damaged in one of its two places: lines behind line {} may be forwarded"
                            + " again, and those that seem to be missing may be forwarded already",
                    address,
                    there.saved().confirmed());
        }
        long confirmed = there.saved().confirmed();
        if (last.isPresent() && last.get().last() < confirmed) {
            LOG.warn(
                    "{}: lines up to line {} are forwarded, and the files end at line {}: if they are of a backup, those"
                            + " between may be forwarded under positions that come again",
                    address,
                    confirmed,
                    last.get().last());
        }
    }

    private static long beforeFirstIn(List<Segment> all) throws IOException {
        for (Segment segment : all) {
            Optional<FrameHead> first = firstIn(segment);
            if (first.isPresent()) {
                return first.get().position() - 1;
            }
        }
        return 0;
    }

    /** Where it is, for logs. */
    public String address() {
        return address;
    }

    /** Where lines are stored: one call at a time. Closing it ends that alone: the spool is closed on its own. */
    public BatchAppender writer() {
        return writer;
    }

    /** Where lines are forwarded from. There is one, which the spool owns. */
    public SpoolReader reader() {
        return reader;
    }

    /** Of this spool among all, in 16 hexadecimal digits; stays the same. */
    public String id() {
        return id;
    }

    /** Lines that are stored and not confirmed. */
    public long depthLines() {
        return progress.waitingLines();
    }

    /** About what those take on the disk, with what is kept of their senders. */
    public long depthBytes() {
        return progress.waitingBytes();
    }

    /** How long ago the oldest line that is not confirmed was received; zero if there is none. */
    public Duration age() {
        return progress.age();
    }

    /**
     * Keeps what is confirmed, and gives up the directory as soon as the writer is closed too. Nobody uses the reader then;
     * does nothing the second time.
     */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (Closeable third = writer::release;
                PositionFile second = positions;
                SpoolReader first = reader) {
            LOG.debug("{}: closed with {} lines to forward", address, depthLines());
        }
    }
}
