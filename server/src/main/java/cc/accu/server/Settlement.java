package cc.accu.server;

import org.jspecify.annotations.Nullable;

/** Who wants to know what became of a batch. */
interface Settlement {
    /**
     * Called once, from any thread.
     *
     * @param failure why the batch is not stored, or null when it is
     */
    void settled(@Nullable Throwable failure);
}
