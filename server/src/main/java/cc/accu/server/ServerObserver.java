package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.transport.Refused;

/**
 * Is told what happens in a server; for metrics and logs. Called on event loops and threads of sinks: must not block,
 * must not throw.
 */
public interface ServerObserver {
    /** Watches nothing. */
    ServerObserver NONE = new ServerObserver() {};

    /** A connection was accepted. */
    default void connected(Origin origin) {}

    /** A sender has shown that it speaks TLS as we do, in that version, for example {@code TLSv1.3}. Follows {@link #connected}. */
    default void secured(Origin origin, String version) {}

    /**
     * Lines came out of the framing. The batch is lent: it may be read in this call, and is neither changed, closed nor kept.
     */
    default void received(LineBatch batch) {}

    /** All sinks have stored lines. */
    default void stored(Origin origin, int lines) {}

    /**
     * Lines of a sender that asked for acknowledgements are stored, as are all before them: it is told now.
     *
     * @param nanos since they were read from its socket
     */
    default void acknowledged(Origin origin, int lines, long nanos) {}

    /** Lines were received and will not be stored. */
    default void discarded(Origin origin, Discarded reason, int lines) {}

    /**
     * A connection was turned away, before any line of it was taken. No other event tells of it; but one that turns out to
     * speak {@linkplain Refused#WRONG_PROTOCOL TLS to a plain listener} was told as connected before.
     */
    default void refused(String listener, Refused reason) {}

    /** A connection is gone, and everything that came over it is stored or discarded: {@code books} says how much. */
    default void disconnected(Origin origin, Books books) {}

    /** A sink has stored lines; with several sinks, each says so. {@code bytes} are those of the lines as they came. */
    default void sinkStored(String sink, int lines, long bytes) {}

    /** A sink has written lines together and made them safe, which took so long. Only of sinks that do so. */
    default void sinkCommitted(String sink, long bytes, long nanos) {}

    /** A sink has stored nothing for some seconds, though something waits. */
    default void sinkStalled(String sink) {}

    /** A sink that had stalled stores again. */
    default void sinkResumed(String sink) {}

    /** A sink has failed, for good. Called once for each. */
    default void sinkFailed(String sink, Throwable failure) {}
}
