package cc.accu.server;

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

    /** Lines came out of the framing. */
    default void received(Origin origin, int lines, long bytes) {}

    /** All sinks have stored lines. */
    default void stored(Origin origin, int lines) {}

    /** Lines were received and will not be stored. */
    default void discarded(Origin origin, Discarded reason, int lines) {}

    /**
     * A connection was turned away, before any line of it was taken. No other event tells of it; but one that turns out to
     * speak {@linkplain Refused#WRONG_PROTOCOL TLS to a plain listener} was told as connected before.
     */
    default void refused(String listener, Refused reason) {}

    /** A connection is gone, and everything that came over it is stored or discarded: {@code books} says how much. */
    default void disconnected(Origin origin, Books books) {}

    /** A sink has stored nothing for some seconds, though something waits. */
    default void sinkStalled(String sink) {}

    /** A sink that had stalled stores again. */
    default void sinkResumed(String sink) {}

    /** A sink has failed, for good. Called once for each. */
    default void sinkFailed(String sink, Throwable failure) {}
}
