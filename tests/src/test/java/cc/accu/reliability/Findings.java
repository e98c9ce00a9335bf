package cc.accu.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a run notices on its way: what was wrong, and the largest value of whatever it measured. Any thread. */
final class Findings {
    private static final int MOST_PROBLEMS = 20;

    private final List<String> problems = new ArrayList<>();
    private final Map<String, Long> largest = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();

    synchronized void problem(String text) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(text);
        }
    }

    /** Something that must hold. */
    void check(boolean holds, String otherwise) {
        if (!holds) {
            problem(otherwise);
        }
    }

    synchronized void measured(String what, long value) {
        largest.merge(what, value, Math::max);
    }

    /** A measure that must not exceed {@code limit}. */
    void measured(String what, long value, long limit) {
        measured(what, value);
        check(value <= limit, what + " was " + value + ", and may be " + limit);
    }

    /** Something that was done, by its name in words. */
    void counted(Enum<?> what) {
        counted(what.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    void counted(String what) {
        counted(what, 1);
    }

    synchronized void counted(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    synchronized long count(String what) {
        return counts.getOrDefault(what, 0L);
    }

    synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    /** Everything that was counted or measured. */
    @Override
    public synchronized String toString() {
        List<String> parts = new ArrayList<>();
        counts.forEach((what, value) -> parts.add(what + ": " + value));
        largest.forEach((what, value) -> parts.add(what + " at most: " + value));
        return String.join(", ", parts);
    }
}
