package cc.accu.server;

import cc.accu.line.Origin;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A program's observer, whose exceptions end here: they are logged once, and change nothing else. Any thread. */
final class CaughtObserver implements ServerObserver {
    private static final Logger LOG = LoggerFactory.getLogger(CaughtObserver.class);

    private final ServerObserver observer;
    private final AtomicBoolean told = new AtomicBoolean();

    CaughtObserver(ServerObserver observer) {
        this.observer = observer;
    }

    @Override
    public void connected(Origin origin) {
        try {
            observer.connected(origin);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void received(Origin origin, int lines, long bytes) {
        try {
            observer.received(origin, lines, bytes);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void stored(Origin origin, int lines) {
        try {
            observer.stored(origin, lines);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void discarded(Origin origin, Discarded reason, int lines) {
        try {
            observer.discarded(origin, reason, lines);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void refused(String listener) {
        try {
            observer.refused(listener);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void disconnected(Origin origin, Books books) {
        try {
            observer.disconnected(origin, books);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void sinkStalled(String sink) {
        try {
            observer.sinkStalled(sink);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void sinkResumed(String sink) {
        try {
            observer.sinkResumed(sink);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    @Override
    public void sinkFailed(String sink, Throwable failure) {
        try {
            observer.sinkFailed(sink, failure);
        } catch (RuntimeException | Error thrown) {
            tell(thrown);
        }
    }

    private void tell(Throwable thrown) {
        if (told.compareAndSet(false, true)) {
            LOG.error(
                    "the observer {} has thrown; that is told once, and changes nothing",
                    observer.getClass().getName(),
                    thrown);
        }
    }
}
