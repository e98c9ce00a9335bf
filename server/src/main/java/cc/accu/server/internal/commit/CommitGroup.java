package cc.accu.server.internal.commit;

import cc.accu.line.LineBatch;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;

/**
 * What is written together and committed at its end. It is full with so many bytes; what is left then waits for the next
 * group, where each connection gets its turn. One thread at a time.
 */
public final class CommitGroup {
    /** So much is kept in memory for a commit: half of it would cost a third of the throughput. Less in a small JVM. */
    private static final long FULL_BYTES = Math.min(8 * 1024 * 1024, PlatformDependent.maxDirectMemory() / 16);

    /** Where groups go. Blocking; one call at a time. */
    public interface Destination {
        /** The batch stays the group's, and open until the commit. */
        void write(LineBatch batch) throws IOException;

        void commit() throws IOException;
    }

    private final Destination destination;
    private final Deque<CommitEntry> written = new ArrayDeque<>();
    private final TurnQueue<CommitEntry> left = new TurnQueue<>();
    private Queue<CommitEntry> unwritten = new ArrayDeque<>();
    private long unwrittenBytes;

    public CommitGroup(Destination destination) {
        this.destination = destination;
    }

    /** Takes all that waits. */
    public void takeFrom(CommitQueue queue) {
        leaveUnwritten();
        unwritten = queue.takeAll(unwritten);
        for (CommitEntry entry : unwritten) {
            unwrittenBytes += entry.batch().bytes();
        }
        if (!left.isEmpty()) {
            leaveUnwritten();
        }
    }

    private void leaveUnwritten() {
        for (CommitEntry next = unwritten.poll(); next != null; next = unwritten.poll()) {
            left.add(next.batch().origin(), next);
        }
        unwrittenBytes = 0;
    }

    /** Whether it is known what became of all that was taken. */
    public boolean isEmpty() {
        return written.isEmpty() && unwritten.isEmpty() && left.isEmpty();
    }

    /** Whether {@link #store} will store all that was taken in one go. */
    public boolean isSmall() {
        return written.isEmpty() && left.isEmpty() && unwrittenBytes <= FULL_BYTES;
    }

    /** Bytes of what was taken, if it {@link #isSmall}. */
    public long bytes() {
        return unwrittenBytes;
    }

    /**
     * Writes and commits until it is full or all is stored. Without an exception, what is left is for the next call.
     *
     * @param outcomes gets what was committed
     * @throws IOException of the destination. If that cannot go on now, the next call goes on from there
     */
    public void store(Outcomes outcomes) throws IOException {
        try {
            if (!written.isEmpty()) {
                commit(outcomes); // it was held: nothing more until that is known
            }
            long bytes = 0;
            while (bytes < FULL_BYTES && !(unwritten.isEmpty() && left.isEmpty())) {
                CommitEntry next = unwritten.isEmpty() ? left.remove() : unwritten.remove();
                written.add(next);
                bytes += next.batch().bytes();
                destination.write(next.batch());
            }
            leaveUnwritten();
            commit(outcomes);
        } catch (RuntimeException | Error thrown) {
            throw broken(thrown);
        }
    }

    private void commit(Outcomes outcomes) throws IOException {
        destination.commit();
        for (CommitEntry next = written.poll(); next != null; next = written.poll()) {
            next.closeBatch();
            outcomes.stored(next.done());
        }
    }

    /** Were a thread to die of what a destination throws, its senders would wait for ever. */
    public static IOException broken(Throwable thrown) {
        String text;
        try {
            text = thrown.toString();
        } catch (RuntimeException | Error itsTextToo) {
            text = thrown.getClass().getName();
        }
        return new IOException(text, thrown);
    }

    /** Nothing of what is left is stored. */
    public void fail(IOException why, Outcomes outcomes) {
        leaveUnwritten();
        left.moveTo(written);
        for (CommitEntry next = written.poll(); next != null; next = written.poll()) {
            next.closeBatch();
            outcomes.failed(next.done(), why);
        }
    }
}
