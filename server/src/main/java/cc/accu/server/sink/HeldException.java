package cc.accu.server.sink;

import cc.accu.server.internal.file.Shortage;
import java.io.IOException;

/**
 * A {@link LineWriter} cannot go on now and may later: no room, for example. It keeps what it was given and how much of
 * that is written already: the next call goes on from there. The message says what is missing, for the log.
 */
public final class HeldException extends IOException {
    private static final long serialVersionUID = 1;

    private final String why;

    /** @param why one word, as {@link Sink#held} gives it, for example {@code no-space} */
    public HeldException(String why, String whatIsMissing, Throwable cause) {
        super(whatIsMissing, cause);
        this.why = why;
    }

    HeldException(Shortage shortage) {
        this(shortage.why(), String.valueOf(shortage.getMessage()), shortage);
    }

    /** One word, for example {@code no-space}. */
    public String why() {
        return why;
    }

    /** This exception instead of {@code failure}, if that is of a full disk or quota, or of too many open files. */
    static IOException insteadOf(IOException failure) {
        return Shortage.of(failure).<IOException>map(HeldException::new).orElse(failure);
    }
}
