package cc.accu.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An endpoint could not be connected to. The message says which, why, and what to do about it. */
public final class ConnectException extends IOException {
    private static final long serialVersionUID = 1;

    public ConnectException(Endpoint endpoint, String whyAndWhatToDo) {
        super("cannot connect to " + endpoint + ": " + whyAndWhatToDo);
    }

    /** Of several endpoints, which the message names. */
    public ConnectException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public ConnectException(Endpoint endpoint, String whyAndWhatToDo, Throwable cause) {
        super("cannot connect to " + endpoint + ": " + whyAndWhatToDo, cause);
    }
}
