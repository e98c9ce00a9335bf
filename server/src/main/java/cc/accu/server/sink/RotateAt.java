package cc.accu.server.sink;

import cc.accu.internal.cli.Quantities;
import java.time.Duration;
import java.util.List;

/**
 * When the next file is begun.
 *
 * @param bytes the largest file, 0 for any
 * @param age the longest time that a file is written to, 0 for any
 */
record RotateAt(long bytes, Duration age) {
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
        RotateAt one =
                Quantities.sizeOrTime(text, bytes -> new RotateAt(bytes, Duration.ZERO), age -> new RotateAt(0, age));
        if (one.bytes == 0 && one.age.isZero()) {
            throw new IllegalArgumentException("it must be more than 0; for none, leave it out");
        }
        return one;
    }
}
