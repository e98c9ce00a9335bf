package cc.accu.client;

import java.io.IOException;

/** A message is longer than the server takes. It was not delivered; nothing else is affected by it. */
public final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1;

    private final long lineBytes;
    private final long maxLineBytes;

    LineTooLongException(long lineBytes, long maxLineBytes) {
        super("a message of " + lineBytes + " bytes is longer than the server takes, which is " + maxLineBytes
                + " bytes (its --max-line)");
        this.lineBytes = lineBytes;
        this.maxLineBytes = maxLineBytes;
    }

    /** The length of the message, its terminator not counted. */
    public long lineBytes() {
        return lineBytes;
    }

    /** The longest message that the server takes. */
    public long maxLineBytes() {
        return maxLineBytes;
    }
}
