package cc.accu.client;

/**
 * How far a connection is given lines before it has acknowledged any. All there are, unless the connections before it came
 * to nothing: one that always breaks in the middle of a large hand-over takes the first acknowledgements with it, however
 * often that is tried. So each one after that gets less, down to a line, until one acknowledges something. Positions count
 * bytes over all connections. One thread at a time: the lock of {@link SendQueue}.
 */
final class ResendWindow {
    private static final long FIRST_BYTES = 64 * 1024;
    // Each connection waits longer than the one before: halves would take half a minute to get down to a line.
    private static final long DIVISOR = 4;
    private static final long UNLIMITED = Long.MAX_VALUE;

    private long bytes = UNLIMITED;
    private long start;
    private long end = UNLIMITED;

    /**
     * A connection begins.
     *
     * @param first where it begins
     * @param handed how far the last one was given lines
     */
    void begin(long first, long handed) {
        if (first > start) {
            bytes = UNLIMITED;
        } else if (handed > first) {
            bytes = bytes == UNLIMITED ? FIRST_BYTES : Math.max(1, bytes / DIVISOR);
        }
        start = first;
        end = bytes == UNLIMITED ? UNLIMITED : first + bytes;
    }

    /** The connection has acknowledged something. */
    void lift() {
        end = UNLIMITED;
    }

    /** Where it ends: the line that gets there goes, the next one waits. */
    long end() {
        return end;
    }
}
