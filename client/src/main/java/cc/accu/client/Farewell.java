package cc.accu.client;

import org.jspecify.annotations.Nullable;

/**
 * How a conversation with a server ended.
 *
 * @param kind what to do about it
 * @param why in a few words
 * @param progressed whether anything was acknowledged in it
 */
record Farewell(Kind kind, String why, @Nullable Throwable cause, boolean progressed) {
    enum Kind {
        /** The connection broke: try again. */
        LOST,
        /** The server wants no more: try again, rather elsewhere. */
        REFUSED,
        /** There was no welcome. */
        SILENT,
        /** Whoever answered does not speak {@code accu/1}. */
        FOREIGN,
        /** The server said what it cannot mean: nothing that it acknowledges can be relied on. */
        WRONG
    }
}
