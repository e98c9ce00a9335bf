package cc.accu.server.sink;

import java.io.IOException;

/** Nobody reads any more what a sink writes, as when standard output goes to {@code head}: no fault of the sink. */
public final class ReaderGoneException extends IOException {
    private static final long serialVersionUID = 1;

    /** @param cause what the system said */
    public ReaderGoneException(IOException cause) {
        super("nobody reads standard output any more: " + cause.getMessage(), cause);
    }
}
