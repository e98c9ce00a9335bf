package cc.accu.server;

import java.util.Locale;

/** Why a message that was received is not stored. */
public enum Discarded {
    /** Longer than allowed, and long lines are not split. */
    TOO_LONG,
    /** The end of it never came, and its sender, who asked for acknowledgements, knows that it is not stored. */
    UNFINISHED,
    /** A sink has failed. */
    SINK_FAILED;

    /** The name as the books print it, for example {@code too-long}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
