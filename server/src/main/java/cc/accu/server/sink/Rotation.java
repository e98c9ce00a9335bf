package cc.accu.server.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When the next file is due, and how many lines still go into this one. One thread at a time. */
final class Rotation {
    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FileAddress address;
    private final FileOwnership ownership;
    private final long ageMillis;
    private long beganMillis;
    private boolean postponed;
    private long postponedAt;

    Rotation(FileAddress address, FileOwnership ownership) {
        this.address = address;
        this.ownership = ownership;
        this.ageMillis = address.rotate().age().toMillis();
    }

    /** Notes that the file was begun at that time: also for the next start, since files do not know. */
    void began(long millis) {
        beganMillis = millis;
        postponed = false;
        try {
            ownership.noteBegan(millis);
        } catch (IOException failure) {
            // A time that is not noted makes a later file longer, and costs no line.
            LOG.debug("{}: cannot note when it was begun", address, failure);
        }
    }

    /** Whether the file is too old to be written to. An empty one never is. */
    boolean isTooOld(FileChannel file) throws IOException {
        if (ageMillis == 0 || isPostponed() || System.currentTimeMillis() - beganMillis < ageMillis) {
            return false;
        }
        if (file.size() > 0) {
            return true;
        }
        began(System.currentTimeMillis());
        return false;
    }

    /** Bytes of the pending lines that go into the file, whole lines; 0 if it is time for the next file. */
    long shareOf(OutputBuffer output, FileChannel file) throws IOException {
        long limit = address.rotate().bytes();
        if (limit == 0 || isPostponed()) {
            return output.pendingBytes();
        }
        // Asked each time, because others may truncate the file.
        long size = file.size();
        long fits = output.wholeLinesWithin(limit - size);
        return fits > 0 || size > 0 ? fits : output.firstLineBytes();
    }

    /** It did not work: rather a larger file for now than none. */
    void postpone(IOException failure) {
        if (!postponed) {
            LOG.error(
                    "{}: cannot begin the next file, goes on with this one and tries again later: {}",
                    address,
                    failure.toString());
        }
        postponed = true;
        postponedAt = System.nanoTime();
    }

    private boolean isPostponed() {
        return postponed && System.nanoTime() - postponedAt < RETRY_NANOS;
    }
}
