package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lines on their way to a writer, and who waits for them: nobody, if another entry of the same batch follows. One thread
 * at a time.
 */
record Entry(LineBatch batch, boolean isFormatted, @Nullable CompletableFuture<Void> stored) {

    /** Whether no other entry of the same batch follows. */
    boolean isLast() {
        return stored != null;
    }

    /** The first lines of this as an entry to be written. When that is all of them, this is not to be used any more. */
    Entry next(Formatter formatter) {
        LineBatch piece = formatter.next(batch);
        if (!batch.isEmpty()) {
            return new Entry(piece, true, null);
        }
        batch.close();
        return new Entry(piece, true, stored);
    }

    /** It is not stored: closes the batch and says so to whoever waits. */
    void fail(IOException why) {
        batch.close();
        if (stored != null) {
            stored.completeExceptionally(why);
        }
    }
}
