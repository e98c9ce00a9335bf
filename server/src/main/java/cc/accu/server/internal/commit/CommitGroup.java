package cc.accu.server.internal.commit;

import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is written together and committed at its end. It is full with so many bytes, fewer when they come from many; what is left then waits for the next
 * group, where each connection gets its turn. One thread at a time.
 */
public final class CommitGroup {
    /** So much is kept in memory for a commit: half of it would cost a third of the throughput. Less in a small JVM. */
    private static final long FULL_BYTES = Math.min(8 * 1024 * 1024, PlatformDependent.maxDirectMemory() / 16);

    /** With so many batches it is full sooner: there are many busy senders, who all would wait for it. */
    private static final int MANY_BATCHES = 128;

    private static final long FULL_OF_MANY_BYTES = FULL_BYTES / 4;

    /** Where groups go. Blocking; one call at a time. */
    public interface Destination {
        /** The batch stays the group's, and open until the commit. */
        void write(LineBatch batch) throws IOException;

        void commit() throws IOException;
    }

    private final Destination destination;
    private final Deque<CommitQueue.Entry> written = new ArrayDeque<>();
    private final TurnQueue<CommitQueue.Entry> left = new TurnQueue<>();
    private Queue<CommitQueue.Entry> unwritten = new ArrayDeque<>();
    private long unwrittenBytes;

    public CommitGroup(Destination destination) {
        this.destination = destination;
    }

    /** Takes all that waits. */
    public void takeFrom(CommitQueue queue) {
        leaveUnwritten();
        unwritten = queue.takeAll(unwritten);
        for (CommitQueue.Entry entry : unwritten) {
            unwrittenBytes += entry.batch().bytes();
        }
        if (!left.isEmpty()) {
            leaveUnwritten();
        }
    }

    private void leaveUnwritten() {
        for (CommitQueue.Entry next = unwritten.poll(); next != null; next = unwritten.poll()) {
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
        return written.isEmpty() && left.isEmpty() && unwrittenBytes <= fullBytes(unwritten.size());
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
            while (bytes < fullBytes(written.size()) && !(unwritten.isEmpty() && left.isEmpty())) {
                CommitQueue.Entry next = unwritten.isEmpty() ? left.remove() : unwritten.remove();
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

    private static long fullBytes(int batches) {
        return batches < MANY_BATCHES ? FULL_BYTES : FULL_OF_MANY_BYTES;
    }

    private void commit(Outcomes outcomes) throws IOException {
        destination.commit();
        for (CommitQueue.Entry next = written.poll(); next != null; next = written.poll()) {
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
        for (CommitQueue.Entry next = written.poll(); next != null; next = written.poll()) {
            next.closeBatch();
            outcomes.failed(next.done(), why);
        }
    }

    /**
     * What one thread has found out about batches and is to tell once it has let go of the lock. Those who are told may hand
     * over more, and flush: the thread does not go on with that before all are told. One thread.
     */
    public static final class Outcomes {
        private static final Logger LOG = LoggerFactory.getLogger(CommitGroup.class);

        private final Deque<Completion> stored = new ArrayDeque<>();
        private final Deque<Completion> failed = new ArrayDeque<>();
        private @Nullable IOException failure;
        private boolean telling;

        void stored(Completion done) {
            stored.add(done);
        }

        void failed(Completion done, IOException why) {
            failed.add(done);
            failure = why;
        }

        /** Whether the thread is in {@link #tell}. */
        public boolean isTelling() {
            return telling;
        }

        /** Newest first: whoever counts in order, as acknowledgements do, then gets on once for all of them. */
        public void tell() {
            if (telling) {
                return; // what was added is told by the call that is under way
            }
            telling = true;
            try {
                tell(stored, null);
                tell(failed, failure);
            } finally {
                telling = false;
            }
        }

        /** Tells who waits, whatever others do who are told by the same. */
        private static void tell(Deque<Completion> waiting, @Nullable IOException failure) {
            for (Completion newest = waiting.pollLast(); newest != null; newest = waiting.pollLast()) {
                try {
                    newest.settled(failure);
                } catch (RuntimeException | Error problem) {
                    LOG.error("whoever was told what became of lines failed", problem);
                }
            }
        }
    }
}
