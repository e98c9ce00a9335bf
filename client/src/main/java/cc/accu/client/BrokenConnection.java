package cc.accu.client;

import cc.accu.internal.transport.Reason;
import io.netty.channel.socket.ChannelOutputShutdownException;

/** What is told of a connection that could not be read or written. */
final class BrokenConnection {
    static final String CLOSED_BY_PEER = "connection closed by peer";

    private BrokenConnection() {}

    /** The failure of the socket, of which Netty may have made one of the channel. */
    static Throwable root(Throwable failure) {
        return failure instanceof ChannelOutputShutdownException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    /** In a few words: a pipe that is broken, or closed under our hands, was closed at the other end. */
    static String describe(Throwable failure) {
        Throwable root = root(failure);
        boolean outputIsShut = root instanceof ChannelOutputShutdownException;
        return switch (Reason.of(root)) {
            case BROKEN_PIPE, CLOSED -> CLOSED_BY_PEER;
            default -> outputIsShut ? CLOSED_BY_PEER : Reason.describe(root);
        };
    }
}
