package cc.accu.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The longest line that the server takes, and what was refused for it. One thread at a time: the lock of
 * {@link Unacknowledged}.
 */
final class LineLimit {
    private long mostBytes = Long.MAX_VALUE;
    private long refusedUnsent;
    private long refusedByServer;

    void set(long mostLineBytes) {
        mostBytes = mostLineBytes;
    }

    long mostBytes() {
        return mostBytes;
    }

    /** Whether every line of a block is short enough. */
    boolean admits(ByteBuffer lines) {
        return !Lines.mayHaveLong(lines, mostBytes);
    }

    /**
     * Hands out the lines that are short enough, one by one; says what was wrong with the first that is not.
     *
     * @param before how many were admitted before
     */
    Optional<IOException> sift(ByteBuffer lines, long before, Consumer<ByteBuffer> admitted) {
        Optional<IOException> wrong = Optional.empty();
        long number = before + refusedUnsent;
        while (lines.hasRemaining()) {
            ByteBuffer line = lines.slice(lines.position(), Lines.offsetAfter(lines, 1));
            lines.position(lines.position() + line.remaining());
            int length = Lines.firstLength(line);
            number++;
            if (length <= mostBytes) {
                admitted.accept(line);
            } else {
                refusedUnsent++;
                IOException why = new LineTooLongException(length, mostBytes, number);
                wrong = wrong.or(() -> Optional.of(why));
            }
        }
        return wrong;
    }

    /** The server refused a line that was sent. */
    IOException refusedByServer(int length) {
        refusedByServer++;
        // Its number is among those that were admitted.
        return new LineTooLongException(length, mostBytes, 0);
    }

    /** Messages that were not sent. */
    long refusedUnsent() {
        return refusedUnsent;
    }

    /** Messages that were sent in vain. */
    long refusedByServer() {
        return refusedByServer;
    }
}
