package cc.accu.server.internal.file;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Set;
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
    private static final String TORN = ".torn-";
    private static final String DIGITS = "(\\d{8}T\\d{9}Z)";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'");

    /** A year of five digits would have another form, and so never be looked after. */
    private static final long LAST_MILLIS = millis("99991231T235959999Z");

    private final Path path;
    private final Pattern form;
    private final Pattern leftover;
    private final Pattern tornForm;
    private final Set<String> ofTheFuture;
    private long lastMillis;

    RotatedNames(Path path) throws IOException {
        this.path = path;
        String name = Pattern.quote(nameOf(path)) + "\\." + DIGITS;
        this.form = Pattern.compile(name + "(" + Pattern.quote(COMPRESSED) + ")?");
        this.leftover = Pattern.compile("\\." + name + Pattern.quote(TEMPORARY));
        this.tornForm = Pattern.compile(Pattern.quote(nameOf(path) + TORN) + DIGITS);
        SortedMap<String, List<Path>> existing = existing();
        this.lastMillis = existing.isEmpty() ? 0 : millis(existing.lastKey());
        this.ofTheFuture =
                Set.copyOf(existing.tailMap(stamp(System.currentTimeMillis())).keySet());
    }

    static String nameOf(Path path) {
        return Objects.requireNonNull(path.getFileName()).toString();
    }

    static Path directoryOf(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    /** Whether a file that is written to at {@code path} would have {@code other} for something beside it. */
    static boolean areNamesOf(Path path, Path other) {
        String stamped = "\\.?" + Pattern.quote(nameOf(path)) + "(\\.|" + Pattern.quote(TORN) + ")" + DIGITS + "("
                + Pattern.quote(COMPRESSED) + "|" + Pattern.quote(TEMPORARY) + ")?";
        return other.equals(lockOf(path))
                || other.equals(freshOf(path))
                || (directoryOf(path).equals(directoryOf(other)) && Pattern.matches(stamped, nameOf(other)));
    }

    /** Who holds a lock on this file has {@code path}. */
    static Path lockOf(Path path) {
        return path.resolveSibling("." + nameOf(path) + ".lock");
    }

    /** Where a file is made before it gets the name {@code path}. */
    static Path freshOf(Path path) {
        return path.resolveSibling("." + nameOf(path) + ".new");
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

    /** A name that is free, and after all that there are, but the very last there can be. */
    Path next() {
        Path name;
        do {
            long now = System.currentTimeMillis();
            lastMillis = lastMillis < LAST_MILLIS ? Math.max(now, lastMillis + 1) : now;
            name = sibling("." + stamp(lastMillis));
        } while (exists(name) || exists(Path.of(name + COMPRESSED)));
        return name;
    }

    /** A name that is free, for the unfinished line of a crash. */
    Path nextTorn() {
        long millis = System.currentTimeMillis();
        while (exists(sibling(TORN + stamp(millis)))) {
            millis++;
        }
        return sibling(TORN + stamp(millis));
    }

    private static boolean exists(Path name) {
        return Files.exists(name, LinkOption.NOFOLLOW_LINKS);
    }

    private Path sibling(String suffix) {
        return path.resolveSibling(nameOf(path) + suffix);
    }

    /** What is rotated away by its name, oldest first: the same stamp twice if compressing was interrupted. */
    SortedMap<String, List<Path>> existing() throws IOException {
        return byTime(form);
    }

    /** The unfinished lines of crashes, oldest first. */
    SortedMap<String, List<Path>> torn() throws IOException {
        return byTime(tornForm);
    }

    private SortedMap<String, List<Path>> byTime(Pattern names) throws IOException {
        SortedMap<String, List<Path>> found = new TreeMap<>();
        try (Stream<Path> siblings = Files.list(directoryOf(path))) {
            siblings.forEach(sibling -> {
                Matcher name = names.matcher(nameOf(sibling));
                if (name.matches() && isTime(name.group(1))) {
                    found.computeIfAbsent(name.group(1), stamp -> new ArrayList<>())
                            .add(sibling);
                }
            });
        } catch (UncheckedIOException whileListing) {
            throw whileListing.getCause();
        }
        return found;
    }

    /** The stamp of the last name given out, or found at the start. */
    String last() {
        return stamp(lastMillis);
    }

    /** Whether the file of that stamp is whole, when the one of {@code lastStamp} is: it was before, or at the start. */
    boolean isFinished(String stamp, String lastStamp) {
        return stamp.compareTo(lastStamp) <= 0 || ofTheFuture.contains(stamp);
    }

    /** Where the compressed form of {@code rotated} grows. */
    static Path temporary(Path rotated) {
        return rotated.resolveSibling("." + nameOf(rotated) + TEMPORARY);
    }

    /** What interrupted compressing left behind, by its name. */
    List<Path> leftovers() throws IOException {
        return byTime(leftover).values().stream().flatMap(List::stream).toList();
    }

    /** The longest name that is made beside {@code path}: if it is too long, sooner or later something fails. */
    static Path longest(Path path) {
        return temporary(path.resolveSibling(nameOf(path) + "." + stamp(LAST_MILLIS)));
    }
}
