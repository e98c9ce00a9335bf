package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that failed and is never written to again: what it holds beyond {@code safeBytes} is stored elsewhere.
 *
 * @param cause what failed
 */
record BrokenFile(FileChannel channel, long safeBytes, IOException cause) {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenFile.class);

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
            problem =
                    "; its last lines may be unfinished, or in the new file as well (" + FileProblem.why(failure) + ")";
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
