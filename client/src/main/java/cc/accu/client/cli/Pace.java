package cc.accu.client.cli;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** Lets so many lines a second through; what was not used while there was no input is not made up for. One thread. */
final class Pace {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MOST_BEHIND_NANOS = 20e6;

    private final double nanosPerLine;
    private double nextAt = System.nanoTime();

    private Pace(double nanosPerLine) {
        this.nanosPerLine = nanosPerLine;
    }

    /**
     * Any number of lines a second, or as many as there are.
     *
     * @param linesPerSecond 0 for no limit
     */
    static Pace of(double linesPerSecond) {
        return new Pace(linesPerSecond == 0 ? 0 : NANOS_PER_SECOND / linesPerSecond);
    }

    /** Waits until at least one line is due, and takes what is due from the start of {@code lines}. */
    ByteBuffer next(ByteBuffer lines) throws InterruptedException {
        if (nanosPerLine == 0) {
            return take(lines, Integer.MAX_VALUE);
        }
        long now = System.nanoTime();
        nextAt = Math.max(nextAt, now - MOST_BEHIND_NANOS);
        for (; nextAt > now; now = System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep((long) Math.ceil(nextAt - now));
        }
        int due = (int) Math.min(Integer.MAX_VALUE, 1 + (now - nextAt) / nanosPerLine);
        return take(lines, due);
    }

    private ByteBuffer take(ByteBuffer lines, int most) {
        int end = lines.limit();
        if (most != Integer.MAX_VALUE) {
            end = lines.position();
            int taken = 0;
            while (taken < most && end < lines.limit()) {
                taken += lines.get(end++) == '\n' ? 1 : 0;
            }
            nextAt += taken * nanosPerLine;
        }
        ByteBuffer part = lines.slice(lines.position(), end - lines.position());
        lines.position(end);
        return part;
    }
}
