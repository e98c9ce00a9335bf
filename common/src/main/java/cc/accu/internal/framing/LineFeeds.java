package cc.accu.internal.framing;

import java.nio.ByteBuffer;

/** Finds and counts line feeds, many bytes at a time. Any thread. */
public final class LineFeeds {
    private LineFeeds() {}

    /** How many line feeds remain in {@code block}; leaves its position alone. */
    public static int count(ByteBuffer block) {
        return LaneCounter.ofThread().scan(block.duplicate()).lines();
    }

    /** Index of the first line feed in {@code bytes[from]} to {@code bytes[to - 1]}; {@code to} if there is none. */
    public static int indexOf(byte[] bytes, int from, int to) {
        return Lanes.indexOf(Lanes.FEEDS, bytes, from, to);
    }
}
