package cc.accu.internal.text;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** A table of units: what a quantity is written in, and what people write in their place. Immutable. */
    private static final class Units {
        private static final Pattern RIGHT = Pattern.compile("([0-9]+)([A-Za-z]*)");
        private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]*\\.?[0-9]+)\\s*([A-Za-z]*)");
        private static final int MOST_DIGITS = 18;

        static final Units BYTES = new Units(
                "a size is a number of bytes, with k, M, G (1k is 1000) or KiB, MiB, GiB (1KiB is 1024) behind it",
                "64KiB",
                List.of(
                        new Unit("", 1, false, "b", "byte", "bytes"),
                        new Unit("k", 1000, false, "k", "kb"),
                        new Unit("KiB", 1L << 10, true, "k", "kb", "ki", "kib"),
                        new Unit("M", 1_000_000, false, "m", "mb"),
                        new Unit("MiB", 1L << 20, true, "m", "mb", "mi", "mib"),
                        new Unit("G", 1_000_000_000, false, "g", "gb"),
                        new Unit("GiB", 1L << 30, true, "g", "gb", "gi", "gib")),
                List.of(
                        new Unit("T", 1_000_000_000_000L, false, "t", "tb"),
                        new Unit("TiB", 1L << 40, true, "t", "tb", "ti", "tib")));

        static final Units COUNT = new Units(
                "a count is a number, with k, M or G for thousands, millions or more",
                "1M",
                List.of(
                        new Unit("", 1, false),
                        new Unit("k", 1000, false, "k"),
                        new Unit("M", 1_000_000, false, "m"),
                        new Unit("G", 1_000_000_000, false, "g")),
                List.of(new Unit("T", 1_000_000_000_000L, false, "t")));

        static final Units MILLIS = new Units(
                "a time is a number with ms, s, m, h or d behind it, or 0",
                "10s",
                List.of(
                        new Unit("ms", 1, false, "ms", "msec", "msecs", "millis"),
                        new Unit("s", 1000, false, "", "s", "sec", "secs", "second", "seconds"),
                        new Unit("m", 60_000, false, "m", "min", "mins", "minute", "minutes"),
                        new Unit("h", 3_600_000, false, "h", "hr", "hrs", "hour", "hours"),
                        new Unit("d", 86_400_000, false, "d", "day", "days")),
                List.of(new Unit("w", 604_800_000, false, "w", "week", "weeks")));

        /**
         * A unit.
         *
         * @param binary whether it is a power of 1024
         * @param meantBy what people write for it, in small letters
         */
        private record Unit(String symbol, long size, boolean binary, List<String> meantBy) {
            Unit(String symbol, long size, boolean binary, String... meantBy) {
                this(symbol, size, binary, List.of(meantBy));
            }
        }

        private final String rule;
        private final String example;
        private final List<Unit> units;
        private final List<Unit> larger;

        /**
         * @param larger what people may write and is not taken: it is told in the units that are
         */
        private Units(String rule, String example, List<Unit> units, List<Unit> larger) {
            this.rule = rule;
            this.example = example;
            this.units = units;
            this.larger = larger;
        }

        String rule() {
            return rule + ", for example " + example;
        }

        /** Whether it is a number with one of the units, and nothing else. */
        boolean take(String text) {
            Matcher matcher = RIGHT.matcher(text);
            return matcher.matches() && units.stream().anyMatch(unit -> unit.symbol.equals(matcher.group(2)));
        }

        /** The quantity in the smallest unit, or nothing if it is too large; for what {@link #take} takes. */
        OptionalLong read(String text) {
            Matcher matcher = RIGHT.matcher(text);
            for (Unit unit : units) {
                if (matcher.matches() && unit.symbol.equals(matcher.group(2))) {
                    return product(matcher.group(1), unit.size);
                }
            }
            throw new IllegalArgumentException("not a quantity: " + text);
        }

        /** Whole, in the largest unit in which it is. */
        String print(long number) {
            Unit largest = units.get(0);
            for (Unit unit : units) {
                largest = number % unit.size == 0 ? unit : largest;
            }
            return number / largest.size + largest.symbol;
        }

        private static OptionalLong product(String digits, long unit) {
            try {
                return digits.length() > MOST_DIGITS
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.multiplyExact(Long.parseLong(digits), unit));
            } catch (ArithmeticException overflow) {
                return OptionalLong.empty();
            }
        }

        /** What may have been meant by something wrong, in the right form; nothing if nobody can tell. */
        List<String> nearestTo(String text) {
            List<String> forms = new ArrayList<>();
            Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
            if (matcher.matches() && matcher.group(1).length() <= MOST_DIGITS) {
                String written = matcher.group(2).toLowerCase(Locale.ROOT);
                List<Unit> all = new ArrayList<>(units);
                all.addAll(larger);
                for (Unit unit : all) {
                    if (unit.symbol.equals(matcher.group(2)) || unit.meantBy.contains(written)) {
                        addForm(forms, new BigDecimal(matcher.group(1)), unit);
                    }
                }
            }
            return forms;
        }

        private void addForm(List<String> forms, BigDecimal number, Unit unit) {
            if (number.stripTrailingZeros().scale() <= 0 && units.contains(unit)) {
                forms.add(number.toBigInteger() + unit.symbol);
                return;
            }
            BigDecimal smallest = number.multiply(BigDecimal.valueOf(unit.size)).stripTrailingZeros();
            if (smallest.scale() > 0) {
                return;
            }
            for (int i = units.size() - 1; i >= 0; i--) {
                Unit other = units.get(i);
                BigDecimal[] parts = smallest.divideAndRemainder(BigDecimal.valueOf(other.size));
                if ((other.binary == unit.binary || other.size == 1) && parts[1].signum() == 0) {
                    forms.add(parts[0].toBigInteger() + other.symbol);
                    return;
                }
            }
        }
    }
}
