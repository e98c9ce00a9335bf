package cc.accu.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The longest line that the server takes, and what was refused for it. One thread at a time: the lock of
 * {@link Unacknowledged}.
 */
final class LineLimit {
    private long mostBytes = Long.MAX_VALUE;
    private long refusedUnsent;
    private long refusedByServer;
    private @Nullable LineTooLongException first;

    void set(long mostLineBytes) {
        mostBytes = mostLineBytes;
    }

    /** Whether every line of a block is short enough. */
    boolean admits(ByteBuffer lines) {
        return !Lines.mayHaveLong(lines, mostBytes);
    }

    /** Hands out the lines that are short enough, one by one; says what was wrong with the first that is not. */
    Optional<IOException> sift(ByteBuffer lines, Consumer<ByteBuffer> admitted) {
        Optional<IOException> wrong = Optional.empty();
        while (lines.hasRemaining()) {
            ByteBuffer line = lines.slice(lines.position(), Lines.offsetAfter(lines, 1));
            lines.position(lines.position() + line.remaining());
            int length = Lines.firstLength(line);
            if (length <= mostBytes) {
                admitted.accept(line);
            } else {
                refusedUnsent++;
                IOException why = refusal(length);
                wrong = wrong.or(() -> Optional.of(why));
            }
        }
        return wrong;
    }

    /** The server refused a line that was sent. */
    IOException refusedByServer(int length) {
        refusedByServer++;
        return refusal(length);
    }

    private IOException refusal(int length) {
        LineTooLongException why = new LineTooLongException(length, mostBytes);
        first = first == null ? why : first;
        return why;
    }

    /** Messages that were not sent. */
    long refusedUnsent() {
        return refusedUnsent;
    }

    /** Messages that were sent in vain. */
    long refusedByServer() {
        return refusedByServer;
    }

    /** What was wrong with the first of all those messages. */
    Optional<LineTooLongException> first() {
        return Optional.ofNullable(first);
    }
}
