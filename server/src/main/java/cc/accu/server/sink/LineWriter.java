package cc.accu.server.sink;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.FileProblem.Shortage;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * A blocking destination: {@link WriterSink} makes a sink of it. One call at a time, and every call sees what the ones
 * before it did; not always on the same thread if it {@link #isQuick}.
 */
public interface LineWriter extends Closeable {

    /**
     * Writes the batch, or keeps it in memory until {@link #commit}. The caller stays its owner, and keeps it open until
     * {@link #commit} has returned.
     *
     * @throws HeldException when this cannot go on now, for want of room for example: the batch is taken all the same, and
     *     the next call goes on where this one stopped
     * @throws IOException when the destination is broken, for good
     */
    void write(LineBatch batch) throws IOException;

    /**
     * Makes everything written so far as safe as this destination can; then it counts as stored.
     *
     * @throws HeldException when this cannot go on now: it is called again later
     * @throws IOException when the destination is broken, for good
     */
    void commit() throws IOException;

    /** What {@link #commit} makes of lines. Any thread. */
    Durability durability();

    /** Whether calls mostly take about as long as copying: then an event loop may make them. Any thread; never changes. */
    default boolean isQuick() {
        return false;
    }

    /**
     * Whether {@code bytes} more, and a commit, take about as long as copying now; asked by whoever makes these calls next,
     * and then makes them. If not, a thread makes them that may wait. For a writer that {@link #isQuick}.
     */
    default boolean isQuickFor(long bytes) {
        return isQuick();
    }

    /** As {@link Sink#storage}. Any thread. */
    default Optional<Sink.Storage> storage() {
        return Optional.empty();
    }

    /**
     * Opens its file again by name, because somebody may have moved it. What is not committed goes whole to the new file:
     * called after a commit, or while one is held.
     */
    default void reopen() throws IOException {}

    /**
     * A {@link LineWriter} cannot go on now and may later: no room, for example. It keeps what it was given and how much of
     * that is written already: the next call goes on from there. The message says what is missing, for the log.
     */
    final class HeldException extends IOException {
        private static final long serialVersionUID = 1;

        private final String why;

        /** @param why one word, as {@link Sink#held} gives it, for example {@code no-space} */
        public HeldException(String why, String whatIsMissing, Throwable cause) {
            super(whatIsMissing, cause);
            this.why = why;
        }

        HeldException(Shortage shortage) {
            this(shortage.why(), String.valueOf(shortage.getMessage()), shortage);
        }

        /** One word, for example {@code no-space}. */
        public String why() {
            return why;
        }

        /** This exception instead of {@code failure}, if that is of a full disk or quota, or of too many open files. */
        static IOException insteadOf(IOException failure) {
            return Shortage.of(failure).<IOException>map(HeldException::new).orElse(failure);
        }
    }
}
