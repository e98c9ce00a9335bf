package cc.accu.server;

import cc.accu.line.Origin;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All observers of a server, told in the order given. What one of them throws ends here: it is logged once, and changes
 * nothing else. Any thread.
 */
final class Observers implements ServerObserver {
    private static final Logger LOG = LoggerFactory.getLogger(Observers.class);

    private final Guarded[] all;

    /** An observer, and whether it was told of in the log. */
    private record Guarded(ServerObserver observer, AtomicBoolean told) {
        void hasThrown(Throwable thrown) {
            if (told.compareAndSet(false, true)) {
                LOG.error(
                        "the observer {} has thrown; that is told once, and changes nothing",
                        observer.getClass().getName(),
                        thrown);
            }
        }
    }

    Observers(List<ServerObserver> observers) {
        this.all = observers.stream()
                .map(observer -> new Guarded(observer, new AtomicBoolean()))
                .toArray(Guarded[]::new);
    }

    private void tell(Consumer<ServerObserver> event) {
        for (Guarded each : all) {
            try {
                event.accept(each.observer);
            } catch (RuntimeException | Error thrown) {
                each.hasThrown(thrown);
            }
        }
    }

    @Override
    public void connected(Origin origin) {
        tell(observer -> observer.connected(origin));
    }

    /** As {@link #tell}, without an object for each batch. */
    @Override
    public void received(Origin origin, int lines, long bytes) {
        for (Guarded each : all) {
            try {
                each.observer.received(origin, lines, bytes);
            } catch (RuntimeException | Error thrown) {
                each.hasThrown(thrown);
            }
        }
    }

    /** As {@link #tell}, without an object for each batch. */
    @Override
    public void stored(Origin origin, int lines) {
        for (Guarded each : all) {
            try {
                each.observer.stored(origin, lines);
            } catch (RuntimeException | Error thrown) {
                each.hasThrown(thrown);
            }
        }
    }

    @Override
    public void discarded(Origin origin, Discarded reason, int lines) {
        tell(observer -> observer.discarded(origin, reason, lines));
    }

    @Override
    public void refused(String listener) {
        tell(observer -> observer.refused(listener));
    }

    @Override
    public void disconnected(Origin origin, Books books) {
        tell(observer -> observer.disconnected(origin, books));
    }

    @Override
    public void sinkStalled(String sink) {
        tell(observer -> observer.sinkStalled(sink));
    }

    @Override
    public void sinkResumed(String sink) {
        tell(observer -> observer.sinkResumed(sink));
    }

    @Override
    public void sinkFailed(String sink, Throwable failure) {
        tell(observer -> observer.sinkFailed(sink, failure));
    }
}
