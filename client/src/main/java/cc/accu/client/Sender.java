package cc.accu.client;

import cc.accu.client.Segments.Position;
import cc.accu.internal.tls.ClientTls;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
            Sender sender = reach(
                    endpoints.get(0),
                    () -> settings.acks().wanted()
                            ? AckedSender.connect(endpoints, settings, loops)
                            : PlainSender.connect(endpoints, settings, loops));
            connected = true;
            return sender;
        } finally {
            if (!connected) {
                loops.close();
            }
        }
    }

    /** What an attempt to reach a server gives; throws why it failed. Blocking. */
    static <T> T reach(Endpoint endpoint, Connecting<T> attempt) throws IOException {
        try {
            return attempt.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + endpoint);
        }
    }

    /** An attempt to reach a server. Blocking. */
    interface Connecting<T> {
        T get() throws ExecutionException, InterruptedException;
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

    /**
     * What a client was told.
     *
     * @param connectTimeout positive
     * @param writeTimeout zero for none
     * @param closeTimeout zero for not waiting
     * @param windowBytes how much may wait to be written, or to be acknowledged
     * @param wire what connections are made with
     * @param acks what to do about acknowledgements
     */
    record Settings(
            Duration connectTimeout,
            Duration writeTimeout,
            Duration closeTimeout,
            long windowBytes,
            WhenFull whenFull,
            Wire wire,
            Acks acks) {
        private static final int LARGEST_SHARE_OF_MEMORY = 4;

        public Settings {
            if (connectTimeout.isNegative() || connectTimeout.isZero()) {
                throw new IllegalArgumentException("the connect timeout must be positive, for example 10s");
            }
            checkZeroOrMore("write", writeTimeout);
            checkZeroOrMore("close", closeTimeout);
            if (windowBytes < 1) {
                throw new IllegalArgumentException("the window must have at least 1 byte: " + windowBytes);
            }
        }

        /** A timeout as messages have it: {@code 10s} or {@code 250ms}. */
        static String text(Duration timeout) {
            long millis = timeout.toMillis();
            return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
        }

        /**
         * A window that fits into the memory of this process.
         *
         * @param asked for, in bytes; empty for the usual one, or a fair share of the memory
         */
        static long affordableWindow(OptionalLong asked, long usual) {
            long affordable = Runtime.getRuntime().maxMemory();
            long window = asked.orElse(Math.min(usual, affordable / LARGEST_SHARE_OF_MEMORY));
            if (window > affordable) {
                throw new IllegalArgumentException("a window of " + window + " bytes does not fit into the "
                        + affordable + " bytes of memory that this process may have");
            }
            return window;
        }

        /**
         * What connections are made with.
         *
         * @param preferNative whether TCP runs on a native interface, where the machine has it
         * @param tls for endpoints that want it; empty if none of them does
         */
        record Wire(boolean preferNative, Optional<ClientTls> tls) {
            Transport transport(Endpoint endpoint) {
                return Transport.of(endpoint, preferNative);
            }
        }

        /**
         * What a client was told about acknowledgements.
         *
         * @param wanted whether there are any
         * @param timeout without an ack while one is due; zero for none
         * @param retryTimeout without progress over all connections; zero for none
         */
        record Acks(boolean wanted, Duration timeout, Duration retryTimeout) {
            Acks {
                checkZeroOrMore("ack", timeout);
                checkZeroOrMore("retry", retryTimeout);
            }
        }

        private static void checkZeroOrMore(String name, Duration timeout) {
            if (timeout.isNegative()) {
                throw new IllegalArgumentException(
                        "the " + name + " timeout is zero, for none, or positive, for example 30s");
            }
        }
    }
}
