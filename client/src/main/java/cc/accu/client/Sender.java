package cc.accu.client;

import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Gets what is in a queue to a server, with or without acknowledgements. Any thread. */
interface Sender {
    /** What is sent, and how far it is. */
    SendQueue queue();

    /** There are new lines in the queue. */
    void wake();

    /** What an acknowledgement means, in the server's words; empty without acknowledgements. */
    Optional<String> durable();

    /** Where the last connection went to. */
    Endpoint endpoint();

    /** Whether the calling thread is one that completes the futures. */
    boolean isOwnThread();

    /** Delivers what was taken, and says good-bye. Blocking; not on a thread of its own. */
    void close() throws IOException;

    /** Connects as the settings say; if that fails, closes the loops. Blocking. */
    static Sender connect(List<Endpoint> endpoints, Settings settings, EventLoops loops) throws IOException {
        boolean connected = false;
        try {
            Sender sender = settings.acks().wanted()
                    ? AckedSender.connect(endpoints, settings, loops)
                    : PlainSender.connect(endpoints, settings, loops);
            connected = true;
            return sender;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + endpoints.get(0));
        } finally {
            if (!connected) {
                loops.close();
            }
        }
    }

    /** Whether {@code work} ended within that time, well or not. Blocking. */
    static boolean isDoneWithin(Future<?> work, Duration timeout) throws InterruptedException {
        try {
            work.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        }
    }

    /** Whether all that was sent was settled, or failed; gives up when nothing was settled within {@code patience}. */
    default boolean isFlushedWhileItMoves(Duration patience) throws InterruptedException {
        Future<Void> flushed = queue().flushed();
        Position before;
        do {
            before = queue().settled();
            if (isDoneWithin(flushed, patience)) {
                return true;
            }
        } while (!queue().settled().equals(before));
        return false;
    }

    /** What a close throws that was interrupted. */
    default InterruptedIOException interruptedWhileClosing(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        InterruptedIOException failure = new InterruptedIOException("interrupted while closing " + endpoint());
        failure.initCause(interrupted);
        return failure;
    }
}
