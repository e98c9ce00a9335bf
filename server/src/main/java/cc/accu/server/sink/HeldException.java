package cc.accu.server.sink;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

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

    /** One word, for example {@code no-space}. */
    public String why() {
        return why;
    }

    /** This exception, if {@code failure} is that of a full disk or quota, or of too many open files. */
    static Optional<HeldException> of(IOException failure) {
        if (failure instanceof HeldException held) {
            return Optional.of(held);
        }
        // The JDK tells by the text alone.
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left")) {
            return Optional.of(new HeldException("no-space", "no space left on device", failure));
        }
        if (message.contains("quota exceeded")) {
            return Optional.of(new HeldException("no-space", "no space left in the disk quota", failure));
        }
        if (message.contains("too many open files")) {
            return Optional.of(new HeldException("no-descriptor", "too many open files", failure));
        }
        return Optional.empty();
    }

    /** This exception instead of {@code failure}, if it is one of those; else {@code failure}. */
    static IOException insteadOf(IOException failure) {
        return of(failure).<IOException>map(held -> held).orElse(failure);
    }
}
