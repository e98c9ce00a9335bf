package cc.accu.reliability;

/**
 * How a sender behaves.
 *
 * @param window lines that may be unacknowledged; each connection picks a window up to it
 * @param ackTimeoutMillis gives a connection up after that long without progress
 * @param linesPerSecond new lines, at most
 * @param durable what the server must promise, for example {@code fsync}
 */
record SenderOptions(int window, int ackTimeoutMillis, int linesPerSecond, String durable) {
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
