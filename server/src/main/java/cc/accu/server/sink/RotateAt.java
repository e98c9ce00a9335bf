package cc.accu.server.sink;

import cc.accu.console.Quantities;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * When the next file is begun.
 *
 * @param bytes the largest file, 0 for any
 * @param age the longest time that a file is written to, 0 for any
 */
record RotateAt(long bytes, Duration age) {
    private static final Pattern AMBIGUOUS = Pattern.compile("\\d+\\s*m");

    static RotateAt parse(List<RotateAt> given) {
        RotateAt both = new RotateAt(0, Duration.ZERO);
        for (RotateAt one : given) {
            if (one.bytes > 0 ? both.bytes > 0 : !both.age.isZero()) {
                throw new IllegalArgumentException(
                        "the sink file takes one size and one time as rotate, not two of a kind");
            }
            both = new RotateAt(Math.max(both.bytes, one.bytes), one.bytes > 0 ? both.age : one.age);
        }
        return both;
    }

    /** Either a size or a time. */
    static RotateAt parse(String text) {
        if (AMBIGUOUS.matcher(text.toLowerCase(Locale.ROOT)).matches()) {
            String number = text.substring(0, text.length() - 1).strip();
            throw new IllegalArgumentException("is that " + number + "min or " + number + "MiB?");
        }
        RotateAt one = sizeOrTime(text);
        if (one.bytes == 0 && one.age.isZero()) {
            throw new IllegalArgumentException("it must be more than 0; for none, leave it out");
        }
        return one;
    }

    private static RotateAt sizeOrTime(String text) {
        try {
            return new RotateAt(Quantities.bytes(text), Duration.ZERO);
        } catch (IllegalArgumentException noSize) {
            try {
                return new RotateAt(0, Quantities.duration(text));
            } catch (IllegalArgumentException noTime) {
                noTime.addSuppressed(noSize);
                throw new IllegalArgumentException("it is a size or a time, for example 100MiB or 1h", noTime);
            }
        }
    }
}
