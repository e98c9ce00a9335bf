package cc.accu.client;

import cc.accu.internal.transport.Reason;
import io.netty.channel.socket.ChannelOutputShutdownException;
import org.jspecify.annotations.Nullable;

/**
 * How a connection came to be of no more use.
 *
 * @param kind what to do about it
 * @param why in a few words
 * @param cause the failure of the socket, if there was one
 */
record ConversationEnd(Kind kind, String why, @Nullable Throwable cause) {
    private static final String CLOSED_BY_PEER = "connection closed by peer";

    /** The server has ended its side. */
    static final ConversationEnd CLOSED = new ConversationEnd(Kind.CLOSED, CLOSED_BY_PEER);

    enum Kind {
        /** The server has ended its side, in order: try again. */
        CLOSED,
        /** Writing failed, and what the server said before may still be read: try again. */
        UNWRITABLE,
        /** Reading failed, or something took too long: try again. */
        BROKEN,
        /** The server wants no more: try again, rather elsewhere. */
        REFUSED,
        /** There was no welcome. */
        SILENT,
        /** Whoever answered does not speak {@code accu/1}. */
        FOREIGN,
        /** The server said what it cannot mean: nothing that it acknowledges can be relied on. */
        WRONG;

        /** Whether the connection ended, and not what was said on it. */
        boolean isLoss() {
            return this == CLOSED || this == UNWRITABLE || this == BROKEN;
        }
    }

    ConversationEnd(Kind kind, String why) {
        this(kind, why, null);
    }

    /** The socket, or the channel, failed. */
    static ConversationEnd of(Kind kind, Throwable failure) {
        // Netty may have made one of the channel of that of the socket.
        Throwable cause = failure.getCause();
        Throwable root = failure instanceof ChannelOutputShutdownException && cause != null ? cause : failure;
        return new ConversationEnd(kind, describe(root), root);
    }

    /** A pipe that is broken, or closed under our hands, was closed at the other end. */
    private static String describe(Throwable root) {
        boolean outputIsShut = root instanceof ChannelOutputShutdownException;
        return switch (Reason.of(root)) {
            case BROKEN_PIPE, CLOSED -> CLOSED_BY_PEER;
            default -> outputIsShut ? CLOSED_BY_PEER : Reason.describe(root);
        };
    }

    /** Whether there is no point in coming back. */
    boolean isHopeless() {
        return kind == Kind.WRONG || kind == Kind.FOREIGN;
    }

    /** The same, of a server that was never heard to speak {@code accu/1}: its silence tells that it does not. */
    ConversationEnd ofStranger() {
        return kind == Kind.SILENT ? new ConversationEnd(Kind.FOREIGN, why, cause) : this;
    }
}
