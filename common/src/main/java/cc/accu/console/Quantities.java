package cc.accu.console;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Sizes, durations and counts as people write them: {@code 64KiB}, {@code 1500ms}, {@code 10s}, {@code 1h}, {@code 5M}. */
public final class Quantities {
    private static final int MOST_DIGITS = 18;
    private static final Map<String, Long> BYTES = inAnyCase(Map.of(
            "", 1L,
            "B", 1L,
            "k", 1L << 10,
            "KiB", 1L << 10,
            "KB", 1000L,
            "M", 1L << 20,
            "MiB", 1L << 20,
            "MB", 1_000_000L,
            "G", 1L << 30,
            "GiB", 1L << 30));
    private static final Map<String, Long> ONES =
            inAnyCase(Map.of("", 1L, "k", 1000L, "M", 1_000_000L, "G", 1_000_000_000L));
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private Quantities() {}

    /** A number of bytes: {@code 1048576}, {@code 64KiB}, {@code 1MiB}, {@code 1GiB}; {@code MB} is a million. */
    public static long bytes(String text) {
        return parse(text, BYTES, "a size is a number of bytes, KiB, MiB or GiB, for example 64KiB");
    }

    /** A number of things: {@code 250}, {@code 100k}, {@code 1M}, which is a million. */
    public static long count(String text) {
        return parse(text, ONES, "a count is a number, with k, M or G for thousands, millions or more, for example 1M");
    }

    /** A duration: {@code 250ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 1d}; {@code 0} for none. */
    public static Duration duration(String text) {
        return text.strip().equals("0")
                ? Duration.ZERO
                : Duration.ofMillis(parse(
                        text, MILLIS, "a duration is a number with ms, s, m, h or d, for example 10s; 0 for none"));
    }

    /** The number, or the largest int if that is less: where limits that large are none, or out of any range. */
    public static int asInt(long number) {
        return (int) Math.min(number, Integer.MAX_VALUE);
    }

    private static long parse(String text, Map<String, Long> units, String rule) {
        String stripped = text.strip();
        int digits = countDigits(stripped);
        Long unit = units.get(stripped.substring(digits).strip());
        if (digits == 0 || digits > MOST_DIGITS || unit == null) {
            throw new IllegalArgumentException("'" + text + "': " + rule);
        }
        try {
            return Math.multiplyExact(Long.parseLong(stripped.substring(0, digits)), unit);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("'" + text + "' is too large; " + rule, overflow);
        }
    }

    private static int countDigits(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        return digits;
    }

    private static Map<String, Long> inAnyCase(Map<String, Long> units) {
        Map<String, Long> any = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        any.putAll(units);
        return any;
    }
}
