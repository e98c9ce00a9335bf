package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a file in JSON says of a line that had no terminator. Quotes within messages are escaped, and not taken for these.
 *
 * @param peer who sent it
 * @param end how its input ended
 */
record JsonEnds(String peer, String end) {
    private static final Pattern PEER = Pattern.compile("\"peer\":\"([^\"]*)\"");
    private static final Pattern END = Pattern.compile("\"end\":\"(\\w+)\"");

    static List<JsonEnds> in(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.contains("\"end\":\""))
                    .map(JsonEnds::of)
                    .toList();
        }
    }

    private static JsonEnds of(String line) {
        return new JsonEnds(first(PEER, line), first(END, line));
    }

    private static String first(Pattern pattern, String line) {
        Matcher found = pattern.matcher(line);
        return found.find() ? found.group(1) : "?";
    }
}
