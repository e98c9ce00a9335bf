package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Sink;
import cc.accu.transport.Reason;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a server share: the sink, the books, the memory they may hold, and who is told. Any thread.
 *
 * @param sink where lines go
 * @param ledger counts them
 * @param budget bounds what they hold together
 * @param windowBytes bounds what one connection holds
 * @param observer is told
 * @param timeouts limits the log of read deadlines
 * @param longLines limits the log of dropped lines
 * @param sinkHasFailed whether it has, for good
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

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

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
        CompletionStage<Void> stored = sink.accept(batch);
        sink.flush();
        return stored;
    }

    void sinkFailed(Throwable failure) {
        if (sinkHasFailed.compareAndSet(false, true)) {
            // A reader that goes away, as head does, is no fault: whoever observes decides what to do then.
            if (Reason.of(failure) != Reason.BROKEN_PIPE) {
                LOG.error("the sink has failed, its senders are held: {}", Reason.describe(failure));
            }
            observer.sinkFailed(failure);
        }
    }
}
