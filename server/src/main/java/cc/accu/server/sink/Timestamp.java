package cc.accu.server.sink;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The time of a batch as formats print it, {@code 2026-11-22T06:00:00.123Z}; remembers the last. One thread. */
final class Timestamp {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    private long millis = -1;
    private String text = "";

    String of(long epochMillis) {
        if (epochMillis != millis) {
            millis = epochMillis;
            text = FORM.format(Instant.ofEpochMilli(epochMillis));
        }
        return text;
    }
}
