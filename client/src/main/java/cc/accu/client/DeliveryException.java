package cc.accu.client;

import cc.accu.client.Refusals.Counts;
import cc.accu.client.Sender.Settings;
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

    private DeliveryException(String message, Counts counts, @Nullable Throwable cause) {
        super(message, cause);
        this.messagesWritten = counts.written().messages() - counts.refused();
        this.bytesWritten = counts.written().bytes();
        this.messagesUnwritten = counts.sent().messages() - messagesWritten;
        this.messagesAcknowledged = counts.acknowledged();
    }

    /** Of a client without acknowledgements. */
    static DeliveryException unwritten(String why, Counts counts, @Nullable Throwable cause) {
        String message = why + ": " + counts.written().messages() + " of "
                + counts.sent().messages() + " messages were written ("
                + counts.written().bytes() + " of " + counts.sent().bytes() + " bytes)";
        return new DeliveryException(message, counts, cause);
    }

    /** Of a client without acknowledgements, of which the server never said that it has read all. */
    static DeliveryException unconfirmed(Duration closeTimeout, Counts counts) {
        String timeout = Settings.text(closeTimeout).replaceFirst("(?<=\\d)(?=[a-z])", " ");
        String message =
                counts.sent().messages() + " sent, the server did not close in " + timeout + ": delivery unknown";
        return new DeliveryException(message, counts, null);
    }

    /** Of a client with acknowledgements. */
    static DeliveryException unacknowledged(String why, Counts counts, @Nullable Throwable cause) {
        long unknown = counts.written().messages() - counts.refused() - counts.acknowledged();
        String message = why + ": " + counts.acknowledged() + " of "
                + counts.sent().messages() + " messages were acknowledged, "
                + Math.max(0, unknown) + " more were written and may be stored";
        return new DeliveryException(message, counts, cause);
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
