package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines on their way to a writer, and who waits for them: nobody, if another entry of the same batch follows. One thread
 * at a time.
 *
 * @param isReady whether the lines are as they are to be written; else they are to be formatted first
 * @param grew whether formatting made a flood of them, as of empty lines
 */
record Entry(
        LineBatch batch,
        boolean isReady,
        boolean grew,
        @Nullable CompletableFuture<Void> stored) {
    private static final Logger LOG = LoggerFactory.getLogger(Entry.class);
    private static final int MUCH_LONGER = 8;

    /** Lines as they came. */
    Entry(LineBatch batch, boolean isReady, @Nullable CompletableFuture<Void> stored) {
        this(batch, isReady, false, stored);
    }

    /** Whether no other entry of the same batch follows. */
    boolean isLast() {
        return stored != null;
    }

    /**
     * The first lines of this as an entry to be written. When that is all of them, this is not to be used any more; when
     * formatting throws, this is as before.
     */
    Entry next(Formatter formatter) {
        int before = batch.bytes();
        LineBatch piece = formatter.next(batch);
        boolean grew = piece.bytes() > MUCH_LONGER * (long) (before - batch.bytes());
        if (!batch.isEmpty()) {
            return new Entry(piece, true, grew, null);
        }
        batch.close();
        return new Entry(piece, true, grew, stored);
    }

    /** Gives the memory back. */
    void closeBatch() {
        try {
            batch.close();
        } catch (RuntimeException closedByItsWriter) {
            LOG.debug("a batch was closed by somebody else", closedByItsWriter);
        }
    }

    /** It is not stored: closes the batch and says so to whoever waits. */
    void fail(IOException why) {
        closeBatch();
        if (stored != null) {
            tell(stored, why);
        }
    }

    /** Tells who waits, whatever others do who are told by the same: {@code failure} is null if all is well. */
    static void tell(CompletableFuture<Void> waiting, @Nullable IOException failure) {
        try {
            complete(waiting, failure);
        } catch (RuntimeException | Error problem) {
            LOG.error("whoever was told what became of lines failed", problem);
            complete(waiting, failure); // goes on with who was not told yet
        }
    }

    private static void complete(CompletableFuture<Void> waiting, @Nullable IOException failure) {
        if (failure == null) {
            waiting.complete(null);
        } else {
            waiting.completeExceptionally(failure);
        }
    }
}
