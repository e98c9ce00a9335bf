package cc.accu.client;

import java.io.IOException;

/** A message is longer than the server takes. It was not delivered; nothing else is affected by it. */
public final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1;

    private final long lineBytes;
    private final long maxLineBytes;

    /**
     * @param number of the message, from 1 on; 0 if it is not known
     */
    LineTooLongException(long lineBytes, long maxLineBytes, long number) {
        super("a message of " + lineBytes + " bytes is longer than the server takes, which is " + maxLineBytes
                + " bytes" + (number > 0 ? " (message " + number + " of this client)" : ""));
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
