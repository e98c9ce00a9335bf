package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.util.concurrent.CompletionStage;

/** Where lines end up. Any thread; each sink's own documentation says what "stored" means there. */
public interface Sink extends AutoCloseable {

    /**
     * Takes ownership of {@code batch}, and closes it on every path. Never blocks. Batches of one connection come from
     * one thread and keep their order.
     *
     * @return completes when every line of the batch is stored, or fails when it is known that they are not; a sink
     *     that failed once fails for good
     */
    CompletionStage<Void> accept(LineBatch batch);

    /** Finishes what was accepted, then gives up what the sink holds. Blocking; does nothing the second time. */
    @Override
    void close();
}
