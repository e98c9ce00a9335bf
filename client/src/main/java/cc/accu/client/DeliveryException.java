package cc.accu.client;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Not everything was delivered. The message says why, how much of what was sent was wholly written, that is handed to
 * the kernel, and with acknowledgements how much the server has stored.
 */
public final class DeliveryException extends IOException {
    private static final long serialVersionUID = 1;

    private final long messagesWritten;
    private final long bytesWritten;
    private final long messagesUnwritten;
    private final long messagesAcknowledged;

    private DeliveryException(String message, Tally sent, Tally written, long acknowledged, @Nullable Throwable cause) {
        super(message, cause);
        this.messagesWritten = written.messages();
        this.bytesWritten = written.bytes();
        this.messagesUnwritten = sent.messages() - written.messages();
        this.messagesAcknowledged = acknowledged;
    }

    /** Of a client without acknowledgements. */
    static DeliveryException unwritten(String why, Tally sent, Tally written, @Nullable Throwable cause) {
        String message = why + ": " + written.messages() + " of " + sent.messages() + " messages were written ("
                + written.bytes() + " of " + sent.bytes() + " bytes)";
        return new DeliveryException(message, sent, written, 0, cause);
    }

    /** Of a client without acknowledgements, of which the server never said that it has read all. */
    static DeliveryException unconfirmed(Duration closeTimeout, Tally sent, Tally written) {
        String message = sent.messages() + " sent, the server did not close in " + Durations.words(closeTimeout)
                + ": delivery unknown";
        return new DeliveryException(message, sent, written, 0, null);
    }

    /** Of a client with acknowledgements. */
    static DeliveryException unacknowledged(
            String why, Tally sent, Tally written, long acknowledged, @Nullable Throwable cause) {
        String message = why + ": " + acknowledged + " of " + sent.messages() + " messages were acknowledged, "
                + Math.max(0, written.messages() - acknowledged) + " more were written and may be stored";
        return new DeliveryException(message, sent, written, acknowledged, cause);
    }

    /** Messages of this client that were wholly written, with their terminators, over any connection. */
    public long messagesWritten() {
        return messagesWritten;
    }

    /** Bytes written, terminators and a last message that was written in part counted; once, if sent again. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Messages that were sent and not, or not wholly, written. */
    public long messagesUnwritten() {
        return messagesUnwritten;
    }

    /** Messages that the server has stored; none without acknowledgements, which is not to say that it has none. */
    public long messagesAcknowledged() {
        return messagesAcknowledged;
    }

    /** Messages of which nobody knows: written, and not acknowledged. */
    public long messagesUnknown() {
        return Math.max(0, messagesWritten - messagesAcknowledged);
    }
}
