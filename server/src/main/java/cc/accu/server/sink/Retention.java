package cc.accu.server.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of rotated files: the oldest are deleted, the others compressed, on a thread of its own. Closing it does
 * not wait for compressing: the next start does that again.
 */
final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final long CLOSE_SECONDS = 5;

    private final FileAddress address;
    private final RotatedNames names;
    private final ExecutorService upkeep = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "accu-file-upkeep");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;

    Retention(FileAddress address, RotatedNames names) {
        this.address = address;
        this.names = names;
    }

    /** Looks after all that is rotated away now, and for what an earlier process left half done. Any thread. */
    void start() {
        if (address.compress()) {
            upkeep.execute(this::removeLeftovers);
        }
        lookAfter(names.last());
    }

    /** Looks after what is rotated away up to {@code lastStamp}; later files are not finished yet. Any thread. */
    void lookAfter(String lastStamp) {
        if (address.keep() > 0 || address.compress()) {
            upkeep.execute(() -> tidy(lastStamp));
        }
    }

    private void removeLeftovers() {
        try {
            for (Path leftover : names.leftovers()) {
                Files.deleteIfExists(leftover);
            }
        } catch (IOException failure) {
            LOG.warn("{}: cannot remove half-compressed files: {}", address, failure.toString());
        }
    }

    private void tidy(String lastStamp) {
        try {
            SortedMap<String, List<Path>> rotated = names.existing();
            List<String> stamps = new ArrayList<>(rotated.keySet());
            int surplus = address.keep() == 0 ? 0 : Math.max(stamps.size() - address.keep(), 0);
            for (String stamp : stamps.subList(0, surplus)) {
                for (Path old : rotated.getOrDefault(stamp, List.of())) {
                    Files.deleteIfExists(old);
                }
            }
            if (address.compress()) {
                for (String stamp : stamps.subList(surplus, stamps.size())) {
                    if (stamp.compareTo(lastStamp) <= 0) {
                        compress(rotated.getOrDefault(stamp, List.of()));
                    }
                }
            }
        } catch (IOException failure) {
            LOG.warn(
                    "{}: cannot look after rotated files now, tries again after the next rotation: {}",
                    address,
                    failure.toString());
        }
    }

    private void compress(List<Path> sameTime) throws IOException {
        for (Path file : sameTime) {
            if (!closed && !file.toString().endsWith(RotatedNames.COMPRESSED)) {
                Compressor.compress(file, address.mode(), () -> closed);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        upkeep.shutdown();
        try {
            if (!upkeep.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{}: still compressing; the next start does it again", address);
            }
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
    }
}
