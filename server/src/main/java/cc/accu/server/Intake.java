package cc.accu.server;

import cc.accu.server.sink.Sink;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What all connections of a server share. Any thread. */
final class Intake {
    private final Outlets outlets;
    private final ServerObserver observer;
    private final Ledger ledger = new Ledger();
    private final ReadBudget budget;
    private final long windowBytes;
    private final LogLimiter timeouts = new LogLimiter();
    private final LogLimiter longLines = new LogLimiter();
    private final LogLimiter endedLines = new LogLimiter();
    private final LogLimiter shortages = new LogLimiter();
    private final LogLimiter surprises = new LogLimiter();
    private final Map<EventExecutor, Round> rounds = new ConcurrentHashMap<>();

    /**
     * @param windowBytes bounds what one connection holds
     * @param budget bounds what they hold together
     * @param whenSinkFailed called when a sink has failed, on any thread
     */
    Intake(List<Sink> sinks, long windowBytes, ReadBudget budget, ServerObserver observer, Runnable whenSinkFailed) {
        this.outlets = new Outlets(sinks, observer, whenSinkFailed);
        this.observer = observer;
        this.budget = budget;
        this.windowBytes = windowBytes;
    }

    /** Where lines go. */
    Outlets outlets() {
        return outlets;
    }

    /** The turn of an event loop. */
    Round round(EventExecutor loop) {
        return rounds.computeIfAbsent(loop, own -> new Round(own, outlets));
    }

    /** Counts for the whole server. */
    Ledger ledger() {
        return ledger;
    }

    ReadBudget budget() {
        return budget;
    }

    long windowBytes() {
        return windowBytes;
    }

    ServerObserver observer() {
        return observer;
    }

    /** Limits the log of read deadlines. */
    LogLimiter timeouts() {
        return timeouts;
    }

    /** Limits the log of dropped lines. */
    LogLimiter longLines() {
        return longLines;
    }

    /** Limits the log of unfinished lines that were ended because others waited for their memory. */
    LogLimiter endedLines() {
        return endedLines;
    }

    /** Limits the log of reads for which there is no memory. */
    LogLimiter shortages() {
        return shortages;
    }

    /** Limits the log of what should never happen. */
    LogLimiter surprises() {
        return surprises;
    }

    /** Tells what the log's limits have held back. */
    void tellRest() {
        List.of(timeouts, longLines, endedLines, shortages, surprises).forEach(LogLimiter::tellRest);
    }

    /** Whether one of the sinks has failed, for good: then nothing more can be stored. */
    boolean sinkHasFailed() {
        return outlets.haveFailed();
    }
}
