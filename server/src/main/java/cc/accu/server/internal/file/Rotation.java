package cc.accu.server.internal.file;

import cc.accu.server.internal.commit.OutputBuffer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When the next file is due, and how many lines still go into this one. One thread at a time. */
final class Rotation {
    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FileAddress address;
    private final LongSupplier clock;
    private final long ageMillis;
    private long beganMillis;
    private boolean putOff;
    private long putOffAt;
    private boolean told;

    Rotation(FileAddress address, LongSupplier clock) {
        this.address = address;
        this.clock = clock;
        this.ageMillis = address.rotate().age().toMillis();
    }

    /** Notes that the file was begun at that time: also for the next start, since files do not know. */
    void began(long millis, FileOwnership ownership) {
        beganMillis = millis;
        putOff = false;
        told = false;
        try {
            ownership.noteBegan(millis);
        } catch (IOException failure) {
            // A time that is not noted makes a later file longer, and costs no line.
            LOG.debug("{}: cannot note when it was begun", address, failure);
        }
    }

    /** Whether the next file may be due with so many bytes in this one. */
    boolean isDue(long bytes) {
        long limit = address.rotate().bytes();
        return ((limit > 0 && bytes > limit) || isOld()) && !isPutOff();
    }

    /** Whether the file is too old to be written to. An empty one never is. */
    boolean isTooOld(FileChannel file, FileOwnership ownership) throws IOException {
        if (!isOld() || isPutOff()) {
            return false;
        }
        if (file.size() > 0) {
            return true;
        }
        began(System.currentTimeMillis(), ownership);
        return false;
    }

    private boolean isOld() {
        return ageMillis > 0 && System.currentTimeMillis() - beganMillis >= ageMillis;
    }

    /** Bytes of the pending lines that go into the file, whole lines; 0 if it is time for the next file. */
    long shareOf(OutputBuffer output, FileChannel file) throws IOException {
        long limit = address.rotate().bytes();
        if (limit == 0 || isPutOff()) {
            return output.pendingBytes();
        }
        // Asked each time, because others may truncate the file.
        long size = file.size();
        long fits = output.wholeLinesWithin(limit - size);
        return fits > 0 || size > 0 ? fits : output.firstLineBytes();
    }

    /** It did not work, whatever the reason: rather a larger file for now than none. */
    void putOff(String reason) {
        if (!told) {
            LOG.error(
                    "{}: cannot begin the next file, goes on with this one and tries again later: {}", address, reason);
        }
        told = true;
        putOff();
    }

    /** Not now, and that is no fault. */
    void putOff() {
        putOff = true;
        putOffAt = clock.getAsLong();
    }

    private boolean isPutOff() {
        return putOff && clock.getAsLong() - putOffAt < RETRY_NANOS;
    }
}
