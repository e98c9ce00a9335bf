package cc.accu.client;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Looks for line feeds in bytes that are to be sent. */
final class Lines {
    private static final long LOW_SEVEN = 0x7f7f7f7f7f7f7f7fL;
    private static final long FEEDS = 0x0a0a0a0a0a0a0a0aL;

    private Lines() {}

    /** How many line feeds remain in {@code block}, eight bytes at a time. Leaves its position alone. */
    static int count(ByteBuffer block) {
        ByteBuffer view = block.duplicate().order(ByteOrder.nativeOrder());
        int count = 0;
        while (view.remaining() >= Long.BYTES) {
            long word = view.getLong() ^ FEEDS;
            // One bit for each lane of the word that is zero: no carry passes from one lane to the next.
            count += Long.bitCount(~(((word & LOW_SEVEN) + LOW_SEVEN) | word | LOW_SEVEN));
        }
        while (view.hasRemaining()) {
            count += view.get() == '\n' ? 1 : 0;
        }
        return count;
    }

    /** The message with its line feed. */
    static ByteBuffer terminated(byte[] message) {
        ByteBuffer line = ByteBuffer.allocate(message.length + 1);
        return line.put(message).put((byte) '\n').flip();
    }

    /** Refuses a message that would be more than one line. */
    static void checkIsOne(byte[] message) {
        for (byte value : message) {
            if (value == '\n') {
                throw new IllegalArgumentException("a message is one line: it must not hold a line feed");
            }
        }
    }

    /** Refuses a block that does not end with a line. */
    static void checkAreWhole(ByteBuffer block) {
        if (block.hasRemaining() && block.get(block.limit() - 1) != '\n') {
            throw new IllegalArgumentException("a block of whole lines must end with a line feed");
        }
    }
}
