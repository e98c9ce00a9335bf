package cc.accu.client;

import java.time.Duration;

/** Durations as messages have them. */
final class Durations {
    private Durations() {}

    /** For example {@code 10s} or {@code 250ms}. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
