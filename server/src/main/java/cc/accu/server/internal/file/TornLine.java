package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a crash left behind the last line feed of a file. Blocking. */
final class TornLine {
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private static final Logger LOG = LoggerFactory.getLogger(TornLine.class);
    private static final int BLOCK_BYTES = 64 * 1024;

    private TornLine() {}

    /** Puts the unfinished last line of the file, if it has one, into a file of its own. */
    static void setAside(LogFile log) throws IOException {
        try (FileChannel file = FileChannel.open(
                log.path(), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            long whole = wholeLines(file);
            long torn = file.size() - whole;
            if (torn > 0) {
                Path side = log.names().nextTorn();
                save(file, whole, side, log.modeOfFile());
                log.syncDirectory();
                file.truncate(whole).force(true);
                LOG.warn(
                        "{} ended with {} bytes of an unfinished line, as after a crash; they are in {} now",
                        log.path(),
                        torn,
                        side);
            }
        }
    }

    /** Bytes of {@code file} up to and with its last line feed. Reads from the end, no further than it must. */
    private static long wholeLines(FileChannel file) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        long end = file.size();
        while (end > 0) {
            long start = Math.max(end - BLOCK_BYTES, 0);
            readFully(file, block.clear().limit((int) (end - start)), start);
            for (int i = block.limit() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    return start + i + 1;
                }
            }
            end = start;
        }
        return 0;
    }

    private static void readFully(FileChannel file, ByteBuffer block, long start) throws IOException {
        while (block.hasRemaining()) {
            if (file.read(block, start + block.position()) < 0) {
                throw new IOException("it became shorter while it was read");
            }
        }
    }

    /** Copies what is behind {@code start} to a new file, and returns when that is on the disk. */
    private static void save(FileChannel file, long start, Path side, FileMode mode) throws IOException {
        try (FileChannel copy = FileChannel.open(side, NEW, mode.atCreation())) {
            try {
                mode.complete(side);
                for (long done = start; done < file.size(); ) {
                    done += file.transferTo(done, file.size() - done, copy);
                }
                copy.force(true);
            } catch (IOException failure) {
                Files.deleteIfExists(side);
                throw failure;
            }
        } catch (IOException failure) {
            throw Shortage.insteadOf(failure);
        }
    }
}
