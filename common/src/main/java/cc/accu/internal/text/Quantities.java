package cc.accu.internal.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * Sizes, times and counts as people write them, the same for every option: {@code 64KiB}, {@code 1500ms}, {@code 5M}. A
 * whole number and a unit, with nothing between them; what else is written is refused, with what may have been meant.
 */
public final class Quantities {
    /** Nobody means more, and its nanoseconds still fit into a long. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Quantities() {}

    /**
     * A number of bytes: {@code 1048576}, {@code 64k}, {@code 1M} or {@code 1G}, which are decimal, or {@code 64KiB},
     * {@code 1MiB} or {@code 1GiB}.
     *
     * @throws IllegalArgumentException with a message for the person who typed it; so do the others
     */
    public static long bytes(String text) {
        return read(text, Units.BYTES);
    }

    /** A number of bytes, at most {@code most}. */
    public static int bytesAtMost(String text, int most) {
        long bytes = bytes(text);
        if (bytes > most) {
            throw new IllegalArgumentException("'" + text + "' is too large; the most is " + Units.BYTES.print(most));
        }
        return (int) bytes;
    }

    /** A number of things: {@code 250}, {@code 100k}, {@code 1M}, which is a million. */
    public static long count(String text) {
        return read(text, Units.COUNT);
    }

    /** A time: {@code 250ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 1d}; {@code 0} for none. */
    public static Duration duration(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        long millis = read(text, Units.MILLIS);
        if (millis > LONGEST.toMillis()) {
            throw new IllegalArgumentException("'" + text + "' is too long; the most is " + LONGEST.toDays() + "d");
        }
        return Duration.ofMillis(millis);
    }

    /** A size or a time, which then has a unit: {@code 1M} is a million bytes, {@code 1m} a minute. */
    public static <T> T sizeOrTime(String text, LongFunction<T> size, Function<Duration, T> time) {
        if (Units.BYTES.take(text)) {
            return size.apply(bytes(text));
        }
        if (Units.MILLIS.take(text)) {
            return time.apply(duration(text));
        }
        List<String> nearest = new ArrayList<>(Units.BYTES.nearestTo(text));
        nearest.addAll(Units.MILLIS.nearestTo(text));
        throw wrong(text, "it is a size or a time, for example 100MiB or 1h", nearest);
    }

    /** The number, or the largest int if that is less: where limits that large are none, or out of any range. */
    public static int asInt(long number) {
        return (int) Math.min(number, Integer.MAX_VALUE);
    }

    private static long read(String text, Units units) {
        if (!units.take(text)) {
            throw wrong(text, units.rule(), units.nearestTo(text));
        }
        OptionalLong number = units.read(text);
        if (number.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' is too large; " + units.rule());
        }
        return number.getAsLong();
    }

    private static IllegalArgumentException wrong(String text, String rule, List<String> nearest) {
        String advice = nearest.isEmpty() ? "" : "; write " + String.join(" or ", nearest);
        return new IllegalArgumentException("'" + text + "': " + rule + advice);
    }
}
