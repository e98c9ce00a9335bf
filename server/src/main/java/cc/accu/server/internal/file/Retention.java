package cc.accu.server.internal.file;

import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of rotated files: the oldest are deleted, the others compressed, on a thread of its own. Only files of ours
 * are touched and counted; what something is wrong with is passed over. Closing it does not wait for compressing, nor for a
 * file system that hangs: the next start does that again.
 */
final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Enough to remove what is half compressed. */
    private static final long CLOSE_MILLIS = 500;

    private static final long AGAIN_SECONDS = 5;

    private final FileAddress address;
    private final RotatedNames names;
    private final ScheduledThreadPoolExecutor upkeep = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "accu-sink-upkeep");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicBoolean planned = new AtomicBoolean();
    private volatile String lastStamp = "";
    private volatile boolean closed;

    private final PassedOver passedOver;
    private final Set<Path> undeletable = new HashSet<>();
    private boolean hindered;

    Retention(FileAddress address, RotatedNames names) {
        this.address = address;
        this.names = names;
        this.passedOver = new PassedOver(address);
        upkeep.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Looks after all that is rotated away now, and for what an earlier process left half done. Any thread. */
    void start() {
        if (address.compress()) {
            upkeep.execute(this::removeLeftovers);
        }
        lookAfter(names.last());
    }

    /** Looks after what is rotated away up to {@code stamp}; later files are not finished yet. Any thread. */
    void lookAfter(String stamp) {
        lastStamp = stamp;
        plan();
    }

    private void plan() {
        if ((address.keep() > 0 || address.keepBytes() > 0 || address.compress())
                && planned.compareAndSet(false, true)) {
            upkeep.execute(this::tidy);
        }
    }

    private void removeLeftovers() {
        try {
            for (Path leftover : names.leftovers()) {
                if (isOurs(leftover)) {
                    delete(leftover);
                }
            }
        } catch (IOException failure) {
            LOG.warn("{}: cannot look for half-compressed files: {}", address, FileProblem.why(failure));
        }
    }

    /** Whether it may be touched; if not, that is noted. */
    private boolean isOurs(Path file) throws IOException {
        Optional<FoundFile> found = FoundFile.at(file);
        Optional<String> whyNot = found.isPresent() ? found.get().whyNotOurs() : Optional.of("it is gone");
        if (found.isPresent() && whyNot.isPresent()) {
            passedOver.add(file, whyNot.get());
        }
        return whyNot.isEmpty();
    }

    private void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            passedOver.add(file, "it cannot be deleted: " + FileProblem.why(failure));
        }
    }

    private void tidy() {
        planned.set(false);
        try {
            SortedMap<String, List<Path>> rotated = ours();
            List<String> stamps = new ArrayList<>(rotated.keySet());
            int surplus = address.keep() == 0 ? 0 : Math.max(stamps.size() - address.keep(), 0);
            for (String stamp : stamps.subList(0, surplus)) {
                rotated.getOrDefault(stamp, List.of()).forEach(this::delete);
            }
            deleteBeyondSize(); // before anything takes room for its compressed form
            if (address.compress()) {
                for (String stamp : stamps.subList(surplus, stamps.size())) {
                    if (names.isFinished(stamp, lastStamp) && !compressed(rotated.getOrDefault(stamp, List.of()))) {
                        break;
                    }
                }
            }
            hindered = false;
        } catch (IOException failure) {
            if (!hindered) {
                LOG.warn(
                        "{}: cannot look after rotated files now, tries again every {} s: {}",
                        address,
                        AGAIN_SECONDS,
                        FileProblem.why(failure));
            }
            hindered = true;
            tryAgainLater();
        }
        passedOver.tell();
    }

    /** What waits for room may be what would make some: no rotation comes then. */
    private void tryAgainLater() {
        try {
            upkeep.schedule(this::plan, AGAIN_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException closedMeanwhile) {
            LOG.debug("{}: not looked after any more", address, closedMeanwhile);
        }
    }

    /** The oldest go, until the others take no more together than they may. */
    private void deleteBeyondSize() throws IOException {
        if (address.keepBytes() == 0) {
            return;
        }
        SortedMap<String, List<Path>> all = ours();
        for (Map.Entry<String, List<Path>> torn : names.torn().entrySet()) {
            for (Path file : torn.getValue()) {
                if (isOurs(file)) {
                    all.computeIfAbsent(torn.getKey(), stamp -> new ArrayList<>())
                            .add(file);
                }
            }
        }
        List<String> newestFirst = new ArrayList<>(all.keySet());
        Collections.reverse(newestFirst);
        long bytes = 0;
        for (String stamp : newestFirst) {
            for (Path file : all.getOrDefault(stamp, List.of())) {
                bytes += sizeOf(file);
                if (bytes > address.keepBytes() && names.isFinished(stamp, lastStamp)) {
                    delete(file);
                }
            }
        }
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException deletedAlready) {
            return 0;
        }
    }

    private SortedMap<String, List<Path>> ours() throws IOException {
        SortedMap<String, List<Path>> ours = new TreeMap<>();
        Set<Path> existing = new HashSet<>();
        for (Map.Entry<String, List<Path>> named : names.existing().entrySet()) {
            List<Path> files = new ArrayList<>();
            for (Path file : named.getValue()) {
                existing.add(file);
                if (isOurs(file)) {
                    files.add(file);
                }
            }
            if (!files.isEmpty()) {
                ours.put(named.getKey(), files);
            }
        }
        undeletable.retainAll(existing);
        passedOver.forgetAllBut(existing);
        return ours;
    }

    /** False if that is enough for now: when something is new, it is time to look what is to be deleted. */
    private boolean compressed(List<Path> sameTime) throws IOException {
        for (Path file : sameTime) {
            if (closed) {
                return false;
            }
            if (!file.toString().endsWith(RotatedNames.COMPRESSED)) {
                compress(file);
                if (planned.get()) {
                    return false;
                }
            }
        }
        return true;
    }

    private void compress(Path file) throws IOException {
        if (undeletable.contains(file)) {
            passedOver.add(file, "it cannot be deleted");
            return;
        }
        try {
            Optional<FoundFile> found = FoundFile.at(file);
            if (found.isPresent() && found.get().whyNotOurs().isEmpty()) {
                Compressor.compress(found.get(), () -> closed);
            }
        } catch (Compressor.UndeletableException failure) {
            undeletable.add(file);
            passedOver.add(file, String.valueOf(failure.getMessage()));
        } catch (IOException failure) {
            if (Shortage.insteadOf(failure) instanceof Shortage) {
                throw failure; // for the others as well
            }
            passedOver.add(file, "it cannot be compressed: " + FileProblem.why(failure));
        }
    }

    @Override
    public void close() {
        closed = true;
        upkeep.shutdown();
        try {
            if (!upkeep.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: rotated files are still looked after; the next start does that again", address);
            }
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
    }

    /** Files that something is wrong with, while the work goes on with the others: each is told once. One thread. */
    private static final class PassedOver {
        /** Where the same is wrong with all there are, that is enough. */
        private static final int MOST_LINES = 10;

        private final FileAddress address;
        private final Set<Path> told = new HashSet<>();
        private final Map<Path, String> found = new LinkedHashMap<>();

        PassedOver(FileAddress address) {
            this.address = address;
        }

        void add(Path file, String problem) {
            if (!told.contains(file)) {
                found.put(file, problem);
            }
        }

        /** Whatever is not among {@code existing} is told again if it comes back. */
        void forgetAllBut(Set<Path> existing) {
            told.retainAll(existing);
        }

        /** Tells what is new since the last time. */
        void tell() {
            int lines = 0;
            for (Map.Entry<Path, String> file : found.entrySet()) {
                if (++lines <= MOST_LINES) {
                    LOG.warn(
                            "{}: {} is left as it is, the other rotated files are looked after: {}",
                            address,
                            file.getKey(),
                            file.getValue());
                }
            }
            if (lines > MOST_LINES) {
                LOG.warn("{}: {} more rotated files are left as they are", address, lines - MOST_LINES);
            }
            told.addAll(found.keySet());
            found.clear();
        }
    }
}
