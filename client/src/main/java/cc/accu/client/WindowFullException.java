package cc.accu.client;

import java.io.IOException;

/** A message was not taken, because too much was already waiting to be written, or acknowledged. Nothing else is affected by it. */
public final class WindowFullException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * @param missing what was not done yet with the bytes that wait
     */
    WindowFullException(long windowBytes, long waitingBytes, String missing) {
        super("the window of " + windowBytes + " bytes is full: " + waitingBytes + " bytes wait to be " + missing);
    }
}
