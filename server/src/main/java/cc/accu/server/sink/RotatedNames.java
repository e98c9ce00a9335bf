package cc.accu.server.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names beside a file for what it held before: {@code messages.log.20261124T201439123Z}, whose alphabetical order is the
 * order of writing, whatever the clock does. {@link #next} one thread at a time, the rest any.
 */
final class RotatedNames {
    static final String COMPRESSED = ".gz";
    private static final String TEMPORARY = ".gz.tmp";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'");

    private final Path path;
    private final Pattern form;
    private long lastMillis;

    RotatedNames(Path path) throws IOException {
        this.path = path;
        this.form = Pattern.compile(Pattern.quote(nameOf(path)) + "\\.(\\d{8}T\\d{9}Z)(" + COMPRESSED + ")?");
        SortedMap<String, List<Path>> existing = existing();
        this.lastMillis = existing.isEmpty() ? 0 : millis(existing.lastKey());
    }

    static String nameOf(Path path) {
        return Objects.requireNonNull(path.getFileName()).toString();
    }

    static Path directoryOf(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static long millis(String stamp) {
        return LocalDateTime.parse(stamp, STAMP).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    private static boolean isTime(String stamp) {
        try {
            return millis(stamp) > 0;
        } catch (DateTimeParseException otherDigits) {
            return false;
        }
    }

    private static String stamp(long millis) {
        return STAMP.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }

    /** A name that is free, and after all that there are. */
    Path next() {
        Path name;
        do {
            lastMillis = Math.max(System.currentTimeMillis(), lastMillis + 1);
            name = sibling("." + stamp(lastMillis));
        } while (exists(name) || exists(Path.of(name + COMPRESSED)));
        return name;
    }

    /** A name that is free, for the unfinished line of a crash. */
    Path nextTorn() {
        long millis = System.currentTimeMillis();
        while (exists(sibling(".torn-" + stamp(millis)))) {
            millis++;
        }
        return sibling(".torn-" + stamp(millis));
    }

    private static boolean exists(Path name) {
        return Files.exists(name, LinkOption.NOFOLLOW_LINKS);
    }

    private Path sibling(String suffix) {
        return path.resolveSibling(nameOf(path) + suffix);
    }

    /** What is rotated away, oldest first: the same stamp twice if compressing was interrupted. */
    SortedMap<String, List<Path>> existing() throws IOException {
        SortedMap<String, List<Path>> found = new TreeMap<>();
        try (Stream<Path> siblings = Files.list(directoryOf(path))) {
            siblings.forEach(sibling -> {
                Matcher name = form.matcher(nameOf(sibling));
                if (name.matches() && isTime(name.group(1))) {
                    found.computeIfAbsent(name.group(1), stamp -> new ArrayList<>())
                            .add(sibling);
                }
            });
        }
        return found;
    }

    /** The stamp of the last name given out, or found at the start. */
    String last() {
        return stamp(lastMillis);
    }

    /** Where the compressed form of {@code rotated} grows. */
    static Path temporary(Path rotated) {
        return rotated.resolveSibling("." + nameOf(rotated) + TEMPORARY);
    }

    /** What interrupted compressing left behind. */
    List<Path> leftovers() throws IOException {
        try (Stream<Path> siblings = Files.list(directoryOf(path))) {
            return siblings.filter(sibling -> nameOf(sibling).startsWith("." + nameOf(path) + ".")
                            && nameOf(sibling).endsWith(TEMPORARY))
                    .toList();
        }
    }
}
