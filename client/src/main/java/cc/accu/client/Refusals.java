package cc.accu.client;

import cc.accu.client.Segments.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is not taken, or is not delivered: lines that are longer than the server takes, and all of them after a close or a
 * failure. Keeps count of it. One thread at a time: the lock of {@link SendQueue}.
 */
final class Refusals {
    private final boolean acknowledged;
    private final Segments segments;
    private long mostLineBytes = Long.MAX_VALUE;
    private long tooLongUnsent;
    private long tooLongSent;
    private Position turnedAway = Position.NONE;
    private boolean closed;
    private @Nullable Failure failure;

    private record Failure(String why, @Nullable Throwable cause) {}

    /**
     * How far what was sent has got.
     *
     * @param sent what was taken, and what was refused for its length, or because all had failed
     * @param written what was with the kernel at least once
     * @param refused messages among those that were written that the server did not take
     * @param acknowledged messages that are stored; 0 where nobody says so
     */
    record Counts(Position sent, Position written, long refused, long acknowledged) {}

    /**
     * @param acknowledged whether a line is delivered when the server has stored it, or when it is written
     */
    Refusals(boolean acknowledged, Segments segments) {
        this.acknowledged = acknowledged;
        this.segments = segments;
    }

    /** Throws if nothing is taken any more. */
    void check(int messages, int bytes) throws IOException {
        if (closed) {
            throw new ClosedException();
        }
        if (failure != null) {
            turnedAway = turnedAway.plus(messages, bytes);
            throw exception(failure);
        }
    }

    void setMostLineBytes(long most) {
        mostLineBytes = most;
    }

    long mostLineBytes() {
        return mostLineBytes;
    }

    /** Whether every line of a block is short enough. */
    boolean admits(ByteBuffer lines) {
        return lines.remaining() <= mostLineBytes || !mayHaveLong(lines, mostLineBytes);
    }

    /** Whether a line of {@code block} may be longer than {@code most}: a carriage return at its end is not told. */
    private static boolean mayHaveLong(ByteBuffer block, long most) {
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

    /** Adds the lines that are short enough, one by one; says what was wrong with the first that is not. */
    Optional<IOException> addShortOnes(ByteBuffer lines) {
        Optional<IOException> wrong = Optional.empty();
        long number = segments.added().messages() + tooLongUnsent;
        while (lines.hasRemaining()) {
            ByteBuffer line = lines.slice(lines.position(), Segments.offsetAfter(lines, 1));
            lines.position(lines.position() + line.remaining());
            int length = Segments.lengthOfFirst(line);
            number++;
            if (length <= mostLineBytes) {
                segments.add(line, 1);
            } else {
                tooLongUnsent++;
                IOException why = new LineTooLongException(length, mostLineBytes, number);
                wrong = wrong.or(() -> Optional.of(why));
            }
        }
        return wrong;
    }

    /** The server refused the first line that is not settled. */
    IOException byServer() {
        tooLongSent++;
        // Its number is among those that were admitted.
        return new LineTooLongException(segments.firstLength(), mostLineBytes, 0);
    }

    void close() {
        closed = true;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** The exception for all that waits. To be called once. */
    DeliveryException fail(String why, @Nullable Throwable cause) {
        failure = new Failure(why, cause);
        return exception(failure);
    }

    /** What was taken and is not settled, or was turned away after a failure. */
    boolean leaveSomething() {
        return !segments.isEmpty() || turnedAway.bytes() > 0;
    }

    /** Why nothing more is delivered, if it is so. */
    Optional<DeliveryException> failure() {
        return failure == null ? Optional.empty() : Optional.of(exception(failure));
    }

    /** Throws if something was not delivered, unless it was refused for its length; does not if it may still be. */
    void throwIfUndelivered() throws DeliveryException {
        // A connection that broke may have thrown away what was written to it.
        boolean mayBeLost = !acknowledged && failure != null && failure.cause != null;
        if (failure != null && (mayBeLost || leaveSomething())) {
            throw exception(failure);
        }
    }

    private DeliveryException exception(Failure of) {
        return acknowledged
                ? DeliveryException.unacknowledged(of.why, counts(), of.cause)
                : DeliveryException.unwritten(of.why, counts(), of.cause);
    }

    Counts counts() {
        Position sent =
                segments.added().plus(turnedAway.messages(), turnedAway.bytes()).plus(tooLongUnsent, 0);
        long stored = acknowledged ? segments.settled().messages() - tooLongSent : 0;
        return new Counts(sent, segments.written(), tooLongSent, stored);
    }
}
