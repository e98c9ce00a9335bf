package cc.accu.line;

import org.jspecify.annotations.Nullable;

/** Is told what became of a batch that was handed over. */
@FunctionalInterface
public interface Completion {
    /**
     * Called once for each batch, on any thread, by one who holds no lock. Does not wait, and does not throw.
     *
     * @param failure why not every line of the batch is stored; null when all are
     */
    void settled(@Nullable Throwable failure);
}
