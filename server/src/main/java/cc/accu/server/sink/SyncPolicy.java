package cc.accu.server.sink;

import cc.accu.internal.cli.Quantities;
import java.time.Duration;

/**
 * When written lines are forced to the disk.
 *
 * @param within how long after they were written, for {@link When#LATER}
 */
record SyncPolicy(When when, Duration within) {
    static final SyncPolicy ALWAYS = new SyncPolicy(When.ALWAYS, Duration.ZERO);
    static final SyncPolicy NEVER = new SyncPolicy(When.NEVER, Duration.ZERO);

    /** Relative to the commit. */
    enum When {
        ALWAYS,
        LATER,
        NEVER
    }

    static SyncPolicy parse(String text) {
        return switch (text) {
            case "always" -> ALWAYS;
            case "never" -> NEVER;
            default -> later(text);
        };
    }

    private static SyncPolicy later(String text) {
        Duration within;
        try {
            within = Quantities.duration(text);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("it is always, never, or a time; " + wrong.getMessage(), wrong);
        }
        if (within.isZero()) {
            throw new IllegalArgumentException("a time is more than 0; for none, write always");
        }
        return new SyncPolicy(When.LATER, within);
    }
}
