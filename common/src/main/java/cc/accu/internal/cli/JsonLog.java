package cc.accu.internal.cli;

import cc.accu.internal.text.Printable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Lines of the log as JSON objects, a line each, for the whole process once that is asked for. Any thread. */
final class JsonLog {
    private static volatile boolean on;

    private JsonLog() {}

    static void turnOn() {
        on = true;
    }

    static boolean isOn() {
        return on;
    }

    /** A line of the log: its level is the first word, as the logger writes it. */
    static String logged(String line) {
        int space = line.indexOf(' ');
        return object(line.substring(0, Math.max(0, space)), line.substring(space + 1));
    }

    /** The object of a line; what is not printable in it is escaped first. */
    static String object(String level, String message) {
        String text = Printable.line(message).replace("\\", "\\\\").replace("\"", "\\\"");
        return "{\"time\":\"" + Instant.now().truncatedTo(ChronoUnit.MILLIS) + "\",\"level\":\"" + level
                + "\",\"message\":\"" + text + "\"}";
    }
}
