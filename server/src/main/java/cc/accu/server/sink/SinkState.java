package cc.accu.server.sink;

import java.util.Optional;

/**
 * How a sink of a server is doing.
 *
 * @param sink its address
 * @param waitingMessages messages that it was given and has not stored
 * @param problem why it has failed, or the one word for what holds it, for example {@code no-space}
 * @param backlog what is stored there, and is on its way to where it is to go
 * @param storage what it stores in, if that is a disk
 */
public record SinkState(
        String sink,
        Health health,
        long waitingMessages,
        Optional<String> problem,
        Optional<Sink.Backlog> backlog,
        Optional<Sink.Storage> storage) {
    /** In a word. */
    public enum Health {
        /** It stores what it is given. */
        GOOD,
        /** It has stored nothing for some seconds, though something waits. */
        SLOW,
        /** It can store nothing for now, as on a full disk, and goes on by itself. */
        HELD,
        /** It will never store anything again. */
        FAILED
    }
}
