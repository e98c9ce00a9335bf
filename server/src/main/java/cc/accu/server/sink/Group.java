package cc.accu.server.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** What is written together, and committed at its end, or earlier when it is much. One thread at a time. */
final class Group {
    /** More than that is not kept in memory for a commit. */
    private static final long MOST_UNCOMMITTED_BYTES = 8 * 1024 * 1024;

    private final Queue<Entry> unwritten;
    private final Optional<Formatter> formatter;
    private final LineWriter writer;
    private final List<Entry> written;
    private long uncommittedBytes;

    Group(Queue<Entry> entries, Optional<Formatter> formatter, LineWriter writer) {
        this.unwritten = entries;
        this.formatter = formatter;
        this.writer = writer;
        this.written = new ArrayList<>(entries.size());
    }

    /**
     * Writes and commits, and tells whoever waits for what is committed. Without an exception, that is all.
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
        }
    }

    private Entry takeNext() {
        Entry first = unwritten.element();
        if (formatter.isEmpty() || first.isFormatted()) {
            return unwritten.remove();
        }
        Entry next = first.next(formatter.get());
        if (next.stored() != null) {
            unwritten.remove();
        }
        return next;
    }

    private void commit() throws IOException {
        writer.commit();
        settleWritten(null);
        uncommittedBytes = 0;
    }

    /** Nothing more of this is stored. */
    void fail(IOException broken) {
        written.addAll(unwritten);
        unwritten.clear();
        settleWritten(broken);
    }

    /** Newest first: whoever counts in order, as acknowledgements do, then gets on once for all of them. */
    private void settleWritten(@Nullable IOException broken) {
        for (int i = written.size() - 1; i >= 0; i--) {
            written.get(i).settle(broken);
        }
        written.clear();
    }
}
