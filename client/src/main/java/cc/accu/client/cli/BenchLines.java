package cc.accu.client.cli;

import java.nio.ByteBuffer;

/** Writes the lines of one sender, over and over into the same block: only numbers and checksums change. One thread. */
final class BenchLines {
    private static final int BLOCK_BYTES = 32 * 1024;

    private final LineIdentity identity = new LineIdentity();
    private final int size;
    private final byte[] block;

    BenchLines(BenchLoad load, int sender) {
        size = load.size();
        block = new byte[blockBytes(size)];
        byte[] template = LineIdentity.template(load.run(), sender, size);
        for (int at = 0; at < block.length; at += size) {
            System.arraycopy(template, 0, block, at, size);
        }
    }

    /** How large a block of lines of that size is. */
    static int blockBytes(int size) {
        return Math.max(1, BLOCK_BYTES / size) * size;
    }

    /** How many lines a block may have. */
    int most() {
        return block.length / size;
    }

    /** The lines from {@code first} on; valid until the next call. */
    ByteBuffer next(long first, int count) {
        for (int i = 0; i < count; i++) {
            identity.number(block, i * size, size, first + i);
        }
        return ByteBuffer.wrap(block, 0, count * size);
    }
}
