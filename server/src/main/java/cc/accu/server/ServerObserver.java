package cc.accu.server;

import cc.accu.line.Origin;

/** Is told what happens in a server; for metrics and logs. Called on event loops: must not block, must not throw. */
public interface ServerObserver {
    /** Watches nothing. */
    ServerObserver NONE = new ServerObserver() {};

    /** A connection was accepted. */
    default void connected(Origin origin) {}

    /** Lines came out of the framing. */
    default void received(Origin origin, int lines, long bytes) {}

    /** The sink has stored lines. */
    default void stored(Origin origin, int lines) {}

    /** Lines were received and will not be stored. */
    default void discarded(Origin origin, Discarded reason, int lines) {}

    /** A connection was closed at once, because as many as allowed are open. */
    default void refused(String listener) {}

    /** A connection is gone, and everything that came over it is stored or discarded. */
    default void disconnected(Origin origin) {}

    /** The sink has failed, for good. Called once. */
    default void sinkFailed(Throwable failure) {}
}
