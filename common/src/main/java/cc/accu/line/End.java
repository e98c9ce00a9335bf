package cc.accu.line;

import java.util.Locale;

/**
 * Why a sender's input ended. It marks the last line when that has no terminator; fired as a user event by
 * {@link LineFraming#end}, it ends the input from our side.
 */
public enum End {
    /** The sender closed, or half-closed, in order. */
    EOF,
    /** The connection broke. */
    RESET,
    /** A read or line deadline passed. */
    TIMEOUT,
    /** The server is stopping. */
    SHUTDOWN;

    /** Whether a line that ended like this may lack bytes that its sender meant to send. */
    public boolean cutShort() {
        return this != EOF;
    }

    /** The name as formats print it, for example {@code eof}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
