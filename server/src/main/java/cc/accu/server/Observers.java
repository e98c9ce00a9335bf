package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.transport.Refused;
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
    private static final Logger LOG = LoggerFactory.getLogger(LineServer.class);

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

    @Override
    public void secured(Origin origin, String version) {
        tell(observer -> observer.secured(origin, version));
    }

    /** As {@link #tell}, without an object for each batch. */
    @Override
    public void received(LineBatch batch) {
        for (Guarded each : all) {
            try {
                each.observer.received(batch);
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

    /** As {@link #tell}, without an object for each batch. */
    @Override
    public void acknowledged(Origin origin, int lines, long nanos) {
        for (Guarded each : all) {
            try {
                each.observer.acknowledged(origin, lines, nanos);
            } catch (RuntimeException | Error thrown) {
                each.hasThrown(thrown);
            }
        }
    }

    /** As {@link #tell}, without an object for each batch. */
    @Override
    public void sinkStored(String sink, int lines, long bytes) {
        for (Guarded each : all) {
            try {
                each.observer.sinkStored(sink, lines, bytes);
            } catch (RuntimeException | Error thrown) {
                each.hasThrown(thrown);
            }
        }
    }

    @Override
    public void sinkCommitted(String sink, long bytes, long nanos) {
        tell(observer -> observer.sinkCommitted(sink, bytes, nanos));
    }

    @Override
    public void discarded(Origin origin, Discarded reason, int lines) {
        tell(observer -> observer.discarded(origin, reason, lines));
    }

    @Override
    public void refused(String listener, Refused reason) {
        tell(observer -> observer.refused(listener, reason));
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
