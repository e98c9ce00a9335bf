package cc.accu.server.sink;

import java.io.IOException;
import java.util.Locale;

/**
 * A {@link LineWriter} has no room now and may have some later. It keeps what it was given and how much of that is
 * written already: the next call goes on from there.
 */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1;

    public NoSpaceException(IOException cause) {
        super("no space left on device", cause);
    }

    /** This exception instead of {@code failure}, if a full disk or quota is what failed; else {@code failure}. */
    static IOException insteadOf(IOException failure) {
        // The JDK tells by the text alone.
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = message.contains("no space left") || message.contains("quota exceeded");
        return full && !(failure instanceof NoSpaceException) ? new NoSpaceException(failure) : failure;
    }
}
