package cc.accu.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The connection failed. The message says why, and how much of what was sent was wholly written: handed to the
 * kernel, which is not yet to say that the server has it.
 */
public final class DeliveryException extends IOException {
    private static final long serialVersionUID = 1;

    private final long messagesWritten;
    private final long bytesWritten;
    private final long messagesUnwritten;

    DeliveryException(String why, Tally sent, Tally written, @Nullable Throwable cause) {
        super(
                why + ": " + written.messages() + " of " + sent.messages() + " messages were written ("
                        + written.bytes() + " of " + sent.bytes() + " bytes)",
                cause);
        this.messagesWritten = written.messages();
        this.bytesWritten = written.bytes();
        this.messagesUnwritten = sent.messages() - written.messages();
    }

    /** Messages of this client that were wholly written, with their terminators. */
    public long messagesWritten() {
        return messagesWritten;
    }

    /** Bytes written, terminators and a last message that was written in part counted. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Messages that were sent and not, or not wholly, written. */
    public long messagesUnwritten() {
        return messagesUnwritten;
    }
}
