package cc.accu.client.cli;

/**
 * What a benchmark does.
 *
 * @param rate messages a second over all connections; 0 for as fast as they go
 * @param inFlight messages of a connection that may wait for their acknowledgement; 0 for no limit
 */
record BenchPlan(BenchLoad load, boolean acknowledged, long rate, int inFlight) {
    private static final long ALL_WINDOWS_BYTES = 64L << 20;
    private static final long LEAST_WINDOW_BYTES = 256L << 10;
    private static final long MOST_WINDOW_BYTES = 4L << 20;

    BenchPlan {
        if (inFlight < 0) {
            throw new IllegalArgumentException("--in-flight is a number of messages, for example 1");
        }
        if (inFlight > 0 && !acknowledged) {
            throw new IllegalArgumentException("--in-flight needs --ack");
        }
    }

    /** What a client may have under way, so that any number of them do not need much memory. */
    long windowBytes() {
        long all = Math.min(ALL_WINDOWS_BYTES, Runtime.getRuntime().maxMemory() / 4);
        long share = all / load.connections();
        long most = acknowledged ? 4 * MOST_WINDOW_BYTES : MOST_WINDOW_BYTES;
        return Math.max(LEAST_WINDOW_BYTES, Math.min(most, share));
    }
}
