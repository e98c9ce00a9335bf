package cc.accu.server.sink;

import java.io.IOException;

/**
 * A batch came when the {@link Sink} was closed already, or there was no time left to store it. That is no failure of the
 * destination: nothing is known of it but that the batch is not there.
 */
public final class SinkClosedException extends IOException {
    private static final long serialVersionUID = 1;

    /** @param whatHappened for the log */
    public SinkClosedException(String whatHappened) {
        super(whatHappened);
    }
}
