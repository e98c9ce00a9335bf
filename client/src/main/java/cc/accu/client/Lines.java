package cc.accu.client;

import java.nio.ByteBuffer;

/** Looks for line feeds in bytes that are to be sent. */
final class Lines {
    private Lines() {}

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

    /** The number of bytes in the first {@code lines} lines of {@code block}, of which it has as many. */
    static int offsetAfter(ByteBuffer block, long lines) {
        int at = block.position();
        for (long left = lines; left > 0; at++) {
            left -= block.get(at) == '\n' ? 1 : 0;
        }
        return at - block.position();
    }

    /** The length of the first line of {@code block}, without its line feed and a carriage return before that. */
    static int firstLength(ByteBuffer block) {
        int feed = block.position();
        while (block.get(feed) != '\n') {
            feed++;
        }
        int length = feed - block.position();
        return length > 0 && block.get(feed - 1) == '\r' ? length - 1 : length;
    }

    /** Whether a line of {@code block} may be longer than {@code most}: a carriage return at its end is not told. */
    static boolean mayHaveLong(ByteBuffer block, long most) {
        int start = block.position();
        while (block.limit() - start > most + 1) {
            int feed = start + (int) most;
            while (feed >= start && block.get(feed) != '\n') {
                feed--;
            }
            if (feed < start) {
                return true;
            }
            start = feed + 1;
        }
        return false;
    }
}
