package cc.accu.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/**
 * Bounds what waits, in bytes, and holds up those who would add to it. What is larger than the window goes alone. Called
 * with the lock that it was made with, which is free while somebody waits here.
 */
final class Window {
    private final long mostBytes;
    private final String missing;
    private final BooleanSupplier mayWait;
    private final Condition changed;

    /** What the window bounds. */
    interface Content {
        /**
         * How much of it there is.
         *
         * @throws IOException if no more is taken, full or not
         */
        long waitingBytes() throws IOException;
    }

    /**
     * @param missing what is not done yet with what waits: {@code written}
     * @param mayWait whether the calling thread may be held up while the window is full
     */
    Window(Lock lock, long mostBytes, String missing, BooleanSupplier mayWait) {
        this.mostBytes = mostBytes;
        this.missing = missing;
        this.mayWait = mayWait;
        this.changed = lock.newCondition();
    }

    /** Returns when there is room for {@code bytes} more. */
    void awaitRoom(int bytes, Content content) throws IOException {
        long waiting = content.waitingBytes();
        while (waiting > 0 && waiting + bytes > mostBytes) {
            if (!mayWait.getAsBoolean()) {
                throw new WindowFullException(mostBytes, waiting, missing);
            }
            try {
                changed.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the window was full");
            }
            waiting = content.waitingBytes();
        }
    }

    /** There is less in it, or no more is taken: those who wait look again. */
    void changed() {
        changed.signalAll();
    }
}
