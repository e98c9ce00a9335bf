package cc.accu.reliability;

/**
 * How a sender behaves.
 *
 * @param window lines that may be unacknowledged; each connection picks a window up to it
 * @param ackTimeoutMillis gives a connection up after that long without progress
 * @param linesPerSecond new lines, at most
 * @param durable what the server must promise, as a pattern
 */
record SenderOptions(int window, int ackTimeoutMillis, int linesPerSecond, String durable) {
    /** What a file promises, which depends on its {@code sync}. */
    static final String ON_FILE = "fsync|written";

    static final SenderOptions DURABLE = new SenderOptions(2_000, 10_000, 1_000_000, "fsync");

    SenderOptions window(int lines) {
        return new SenderOptions(lines, ackTimeoutMillis, linesPerSecond, durable);
    }

    SenderOptions ackTimeoutMillis(int millis) {
        return new SenderOptions(window, millis, linesPerSecond, durable);
    }

    SenderOptions linesPerSecond(int rate) {
        return new SenderOptions(window, ackTimeoutMillis, rate, durable);
    }

    SenderOptions durable(String promise) {
        return new SenderOptions(window, ackTimeoutMillis, linesPerSecond, promise);
    }
}
