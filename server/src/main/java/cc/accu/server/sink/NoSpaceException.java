package cc.accu.server.sink;

import java.io.IOException;

/**
 * A {@link LineWriter} has no room now and may have some later. It keeps what it was given and how much of that is
 * written already: the next call goes on from there.
 */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1;

    public NoSpaceException(IOException cause) {
        super("no space left on device", cause);
    }
}
