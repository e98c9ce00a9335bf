package cc.accu.client;

import cc.accu.internal.transport.Reason;
import java.io.IOException;

/** The client was used after it was closed, or while it was being closed. The message was not taken. */
public final class ClosedException extends IOException {
    private static final long serialVersionUID = 1;

    ClosedException() {
        super(Reason.CLOSED.toString());
    }
}
