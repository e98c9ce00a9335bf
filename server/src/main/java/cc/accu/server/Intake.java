package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Sink;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What all connections of a server share: the sink, the books, the memory they may hold, and who is told. Any thread.
 *
 * @param sink where lines go
 * @param ledger counts them
 * @param budget bounds what they hold together
 * @param windowBytes bounds what one connection holds
 * @param observer is told
 * @param sinkHasFailed whether the observer was told that the sink has failed
 */
record Intake(
        Sink sink,
        Ledger ledger,
        ReadBudget budget,
        long windowBytes,
        ServerObserver observer,
        LogLimiter timeouts,
        LogLimiter longLines,
        AtomicBoolean sinkHasFailed) {

    Intake(Sink sink, long windowBytes, long bufferBytes, ServerObserver observer) {
        this(
                sink,
                new Ledger(),
                new ReadBudget(bufferBytes),
                windowBytes,
                observer,
                new LogLimiter(),
                new LogLimiter(),
                new AtomicBoolean());
    }

    /** Takes ownership of the batch, as the sink does. */
    CompletionStage<Void> accept(LineBatch batch) {
        ledger.received(batch.count());
        observer.received(batch.origin(), batch.count(), batch.bytes());
        return sink.accept(batch);
    }

    void sinkFailed(Throwable failure) {
        if (sinkHasFailed.compareAndSet(false, true)) {
            observer.sinkFailed(failure);
        }
    }
}
