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

    /** For a sentence: {@code 10 s} or {@code 250 ms}. */
    static String words(Duration duration) {
        return text(duration).replaceFirst("(?<=\\d)(?=[a-z])", " ");
    }
}
