package cc.accu.server.sink;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** What is written together, and committed at its end, or earlier when it is much. One thread at a time. */
final class Group {
    /** More than that is not kept in memory for a commit. */
    private static final long MOST_UNCOMMITTED_BYTES = 8 * 1024 * 1024;

    private final Optional<Formatter> formatter;
    private final LineWriter writer;
    private final Deque<Entry> written = new ArrayDeque<>();

    /** Who waits for what is committed. They are told together, so that none gets ahead of the others. */
    private final Deque<CompletableFuture<Void>> committed = new ArrayDeque<>();

    private Queue<Entry> unwritten = new ArrayDeque<>();
    private long uncommittedBytes;

    Group(Optional<Formatter> formatter, LineWriter writer) {
        this.formatter = formatter;
        this.writer = writer;
    }

    /** Takes all that waits. The last group must be settled. */
    void takeFrom(Inbox inbox) {
        unwritten = inbox.takeAll(unwritten);
    }

    boolean isEmpty() {
        return written.isEmpty() && unwritten.isEmpty();
    }

    /**
     * Writes and commits, and tells whoever waits for it. Without an exception, that is all.
     *
     * @throws NoSpaceException when there is no room: the next call goes on from there
     * @throws IOException when the writer is broken
     */
    void store() throws IOException {
        try {
            if (!written.isEmpty()) {
                commit(); // there was no room: nothing more until there is
            }
            while (!unwritten.isEmpty()) {
                Entry next = takeNext();
                written.add(next);
                uncommittedBytes += next.batch().bytes();
                writer.write(next.batch());
                if (uncommittedBytes >= MOST_UNCOMMITTED_BYTES) {
                    commit();
                }
            }
            commit();
        } catch (RuntimeException | Error problem) {
            // Were the thread to die of what a writer throws, its senders would wait for ever.
            throw new IOException(problem.toString(), problem);
        } finally {
            tellCommitted();
        }
    }

    private Entry takeNext() {
        Entry first = unwritten.element();
        if (formatter.isEmpty() || first.isFormatted()) {
            return unwritten.remove();
        }
        Entry next = first.next(formatter.get());
        if (next.isLast()) {
            unwritten.remove();
        }
        return next;
    }

    private void commit() throws IOException {
        writer.commit();
        uncommittedBytes = 0;
        for (Entry next = written.poll(); next != null; next = written.poll()) {
            next.batch().close();
            if (next.stored() != null) {
                committed.add(next.stored());
            }
        }
    }

    /** Newest first: whoever counts in order, as acknowledgements do, then gets on once for all of them. */
    private void tellCommitted() {
        for (CompletableFuture<Void> newest = committed.pollLast(); newest != null; newest = committed.pollLast()) {
            newest.complete(null);
        }
    }

    /** Nothing of what is left is stored. */
    void fail(IOException broken) {
        uncommittedBytes = 0;
        written.addAll(unwritten);
        unwritten.clear();
        for (Entry newest = written.pollLast(); newest != null; newest = written.pollLast()) {
            newest.fail(broken);
        }
    }
}
