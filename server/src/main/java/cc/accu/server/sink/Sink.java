package cc.accu.server.sink;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Where lines end up. Any thread; each sink's own documentation says what "stored" means there. */
public interface Sink extends AutoCloseable {

    /**
     * Takes ownership of {@code batch}, and closes it on every path. Never waits for the destination. Batches of one
     * connection come from one thread and keep their order. May be left until {@link #flush}, so that batches which come
     * together are stored together.
     *
     * @param done is told once, on any thread, by one who holds no lock, when every line of the batch is stored, or when
     *     it is known that they are not; a sink that failed once fails for good
     */
    void accept(LineBatch batch, Completion done);

    /**
     * Nothing more comes from this thread for now: what it handed over is stored without waiting for more. Never waits
     * for the destination.
     */
    default void flush() {}

    /** What it is called in logs, as {@code --to} takes it but without options, for example {@code stdout}. */
    String address();

    /** What it means that a batch is stored. */
    Durability durability();

    /**
     * Why nothing can be stored for now, though the sink has not failed: one word, for example {@code no-space}. Empty
     * while it stores. Does not wait.
     */
    default Optional<String> held() {
        return Optional.empty();
    }

    /** What is stored here, and is on its way to where it is to go; empty if stored lines stay where they are. Does not wait. */
    default Optional<Backlog> backlog() {
        return Optional.empty();
    }

    /** What it stores in, if that is a disk. May ask the disk: not to be called on an event loop. */
    default Optional<Storage> storage() {
        return Optional.empty();
    }

    /** Tells {@code observer} from now on what it does. Called once, before all else; says nothing if it is not. */
    default void observedBy(Observer observer) {}

    /**
     * Whoever sent what was accepted last waits for it, and may send more as soon as it is stored: threads may stay awake for
     * that for a moment. Any thread; does not wait.
     */
    default void expectMore() {}

    /** The longest line that it surely stores, its terminator not counted. Does not change. */
    default int mostLineBytes() {
        return Integer.MAX_VALUE;
    }

    /** Memory that it takes for lines, beside the batches that it was given: a server counts that in its buffer. */
    default long memoryBytes() {
        return 0;
    }

    /** Opens files again by name, because somebody may have moved them. Does not wait for that. */
    default void reopen() {}

    /**
     * Finishes what was accepted, then gives up what the sink holds. Blocking; does nothing the second time. A thread that
     * is interrupted in it does not wait any more: what is not stored by then fails, and all is given up.
     */
    @Override
    void close();

    /**
     * Lines that are stored, and not yet where they are to go.
     *
     * @param bytes about what they take where they are stored
     * @param oldest how long ago the first of them was received; zero if there is none
     */
    record Backlog(long lines, long bytes, Duration oldest) {}

    /**
     * A disk, as a sink sees it.
     *
     * @param freeBytes what this user may still write there
     * @param rotations how many files were finished and another begun, since the start
     */
    record Storage(long freeBytes, long rotations) {}

    /** Is told what a sink does. Any thread; does not wait and does not throw. */
    interface Observer {
        /** Lines were written together and made as safe as they get. */
        void committed(long bytes, long nanos);
    }

    /**
     * A batch came when the {@link Sink} was closed already, or there was no time left to store it. That is no failure of the
     * destination: nothing is known of it but that the batch is not there.
     */
    final class SinkClosedException extends IOException {
        private static final long serialVersionUID = 1;

        /** @param whatHappened for the log */
        public SinkClosedException(String whatHappened) {
            super(whatHappened);
        }
    }
}
