package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where lines end up. Any thread; each sink's own documentation says what "stored" means there. Prints the address that
 * it was opened by, for logs.
 */
public interface Sink extends AutoCloseable {

    /**
     * Takes ownership of {@code batch}, and closes it on every path. Never waits for the destination. Batches of one
     * connection come from one thread and keep their order. May be left until {@link #flush}, so that batches which come
     * together are stored together.
     *
     * @return completes, on any thread, when every line of the batch is stored, or fails when it is known that they are
     *     not; a sink that failed once fails for good
     */
    CompletionStage<Void> accept(LineBatch batch);

    /** Nothing more comes from this thread for now: what it handed over is stored without waiting for more. */
    default void flush() {}

    /** What a completed stage stands for. */
    Durability durability();

    /**
     * Why nothing can be stored for now, though the sink has not failed: one word, for example {@code no-space}. Empty
     * while it stores. Does not wait.
     */
    default Optional<String> held() {
        return Optional.empty();
    }

    /** Opens files again by name, because somebody may have moved them. Does not wait for that. */
    default void reopen() {}

    /**
     * Finishes what was accepted, then gives up what the sink holds. Blocking; does nothing the second time. A thread that
     * is interrupted in it does not wait any more: what is not stored by then fails, and all is given up.
     */
    @Override
    void close();
}
