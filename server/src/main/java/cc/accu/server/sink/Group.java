package cc.accu.server.sink;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What is written together and committed at its end. It is full with so many bytes of output; what is left then waits
 * for the next group, where each connection gets its turn. One thread at a time, except where said.
 */
final class Group {
    /** So much is kept in memory for a commit: half of it would cost a third of the throughput. Less in a small JVM. */
    private static final long FULL_BYTES = Math.min(8 * 1024 * 1024, PlatformDependent.maxDirectMemory() / 16);

    /** Formatting so much takes as long as storing it, and all wait for that. */
    private static final long FULL_OF_GROWN_BYTES = FULL_BYTES / 4;

    private final LineWriter writer;
    private final Deque<Entry> written = new ArrayDeque<>();

    /** Who waits for what is committed. They are told together, so that none gets ahead of the others. */
    private final Deque<CompletableFuture<Void>> committed = new ArrayDeque<>();

    private final Backlog backlog;
    private Waiting unwritten = new Waiting();
    private long uncommittedBytes;
    private long grownBytes;
    private long storedAt;

    Group(Optional<Formatter> formatter, LineWriter writer) {
        this.writer = writer;
        this.backlog = new Backlog(formatter);
    }

    /** Takes all that waits. */
    void takeFrom(Inbox inbox) {
        if (!unwritten.isEmpty()) {
            backlog.takeFrom(unwritten);
        }
        unwritten = inbox.takeAll(unwritten);
        if (!backlog.isEmpty()) {
            backlog.takeFrom(unwritten);
        }
    }

    /** Whether it is known what became of all that was taken. */
    boolean isEmpty() {
        return written.isEmpty() && unwritten.isEmpty() && backlog.isEmpty();
    }

    /** Whether {@link #store} will store all that was taken, without formatting, in one go. */
    boolean isSmall() {
        return written.isEmpty() && backlog.isEmpty() && unwritten.isReady() && unwritten.bytes() <= FULL_BYTES;
    }

    /** Bytes of what was taken, if it {@link #isSmall}. */
    long bytes() {
        return unwritten.bytes();
    }

    /** Bytes that wait for the next group, and are formatted. Any thread. */
    long waitingBytes() {
        return backlog.readyBytes();
    }

    /** When the writer was done the last time that all went well, before anybody was told; as {@link System#nanoTime}. */
    long storedAt() {
        return storedAt;
    }

    /**
     * Writes and commits until it is full or all is stored, and tells whoever waits for it. Without an exception, what is
     * left is for the next call.
     *
     * @throws HeldException when the writer cannot go on now: the next call goes on from there
     * @throws IOException when the writer is broken
     */
    void store() throws IOException {
        try {
            if (!written.isEmpty()) {
                commit(); // it was held: nothing more until that is known
            }
            boolean full = false;
            while (!full && hasMore()) {
                Entry next = next();
                written.add(next);
                uncommittedBytes += next.batch().bytes();
                full = uncommittedBytes >= FULL_BYTES || grownBytes >= FULL_OF_GROWN_BYTES;
                write(next);
            }
            commit();
            storedAt = System.nanoTime();
        } finally {
            tellCommitted();
        }
    }

    private boolean hasMore() {
        return !unwritten.isEmpty() || !backlog.isEmpty();
    }

    private Entry next() throws IOException {
        if (!unwritten.isEmpty() && unwritten.first().isReady()) {
            return unwritten.remove();
        }
        backlog.takeFrom(unwritten);
        try {
            Entry next = backlog.next();
            grownBytes += backlog.grownBytes();
            return next;
        } catch (OutOfMemoryError full) {
            if (!written.isEmpty()) {
                commit(); // gives memory back
            }
            throw new HeldException("no-memory", "no memory left to format lines in", full);
        } catch (RuntimeException | Error problem) {
            throw broken(problem);
        }
    }

    private void write(Entry next) throws IOException {
        try {
            writer.write(next.batch());
        } catch (RuntimeException | Error problem) {
            throw broken(problem);
        }
    }

    private void commit() throws IOException {
        try {
            writer.commit();
        } catch (RuntimeException | Error problem) {
            throw broken(problem);
        }
        uncommittedBytes = 0;
        grownBytes = 0;
        for (Entry next = written.poll(); next != null; next = written.poll()) {
            next.closeBatch();
            CompletableFuture<Void> stored = next.stored();
            if (stored != null) {
                committed.add(stored);
            }
        }
    }

    /** Were the thread to die of what a writer throws, its senders would wait for ever. */
    static IOException broken(Throwable thrown) {
        String text;
        try {
            text = thrown.toString();
        } catch (RuntimeException | Error itsTextToo) {
            text = thrown.getClass().getName();
        }
        return new IOException(text, thrown);
    }

    /** Newest first: whoever counts in order, as acknowledgements do, then gets on once for all of them. */
    private void tellCommitted() {
        for (CompletableFuture<Void> newest = committed.pollLast(); newest != null; newest = committed.pollLast()) {
            Entry.tell(newest, null);
        }
    }

    /** Nothing of what is left is stored. */
    void fail(IOException broken) {
        uncommittedBytes = 0;
        grownBytes = 0;
        backlog.takeFrom(unwritten);
        backlog.moveTo(written);
        for (Entry newest = written.pollLast(); newest != null; newest = written.pollLast()) {
            newest.fail(broken);
        }
    }
}
