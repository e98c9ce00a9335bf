package cc.accu.line;

import java.util.Locale;

/** Why a sender's input ended. It marks the last line when that has no terminator. */
public enum End {
    /** The sender closed, or half-closed, in order. */
    EOF,
    /** The connection broke. */
    RESET,
    /** A read or line deadline passed. */
    TIMEOUT,
    /** The server is stopping. */
    SHUTDOWN;

    /** The name as formats print it, for example {@code eof}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
