package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Batches that are committed together. One thread at a time. */
final class Group {
    private final Queue<Entry> unwritten;
    private final List<Entry> written;
    private final LineWriter writer;

    /** A batch, and who waits for it. */
    record Entry(LineBatch batch, CompletableFuture<Void> stored) {}

    Group(Queue<Entry> entries, LineWriter writer) {
        this.unwritten = entries;
        this.written = new ArrayList<>(entries.size());
        this.writer = writer;
    }

    /**
     * Writes what is not written and commits.
     *
     * @param broken why the writer cannot be used any more, if so
     * @throws NoSpaceException when there is no room: the next call goes on from there
     * @throws IOException when the writer is broken
     */
    void store(@Nullable IOException broken) throws IOException {
        if (broken != null) {
            throw broken;
        }
        try {
            while (!unwritten.isEmpty()) {
                Entry entry = unwritten.remove();
                written.add(entry);
                writer.write(entry.batch);
            }
            writer.commit();
        } catch (RuntimeException | Error problem) {
            // Were the thread to die of what a writer throws, its senders would wait for ever.
            throw new IOException(problem.toString(), problem);
        }
    }

    /**
     * Closes all batches and tells who waits. Newest first: whoever counts in order, as acknowledgements do, then gets on
     * once for the whole group.
     */
    void complete(@Nullable IOException broken) {
        written.addAll(unwritten);
        written.forEach(entry -> entry.batch.close());
        for (int i = written.size() - 1; i >= 0; i--) {
            CompletableFuture<Void> stored = written.get(i).stored;
            if (broken == null) {
                stored.complete(null);
            } else {
                stored.completeExceptionally(broken);
            }
        }
    }
}
