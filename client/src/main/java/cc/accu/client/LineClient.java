package cc.accu.client;

import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.EventLoops;
import cc.accu.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends messages, each a line, to a line server over one connection. Any thread; the messages of one thread keep their
 * order. What is sent together is written together.
 *
 * <p>Futures complete on the client's own thread: what hangs on them must not block, and a send from there fails
 * instead of waiting when the window is full.
 */
public final class LineClient implements AutoCloseable {
    private final Endpoint endpoint;
    private final EventLoops loops;
    private final Connection connection;
    private final Object closing = new Object();
    private boolean closed;

    private LineClient(Endpoint endpoint, EventLoops loops, Connection connection) {
        this.endpoint = endpoint;
        this.loops = loops;
        this.connection = connection;
    }

    /**
     * Connects with the default settings. Blocking.
     *
     * @throws ConnectException with the reason and what to do
     */
    public static LineClient connect(Endpoint endpoint) throws IOException {
        return builder().connect(endpoint);
    }

    public static Builder builder() {
        return new Builder();
    }

    private static LineClient connect(Endpoint endpoint, Settings settings) throws IOException {
        EventLoops loops = EventLoops.daemon("accu-client");
        // Each address of a host is tried on a channel of its own: the last one is the one that connected.
        AtomicReference<Connection> latest = new AtomicReference<>();
        ChannelHandler handler = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                latest.set(new Connection(channel, endpoint, settings));
                channel.pipeline().addLast(latest.get());
            }
        };
        try {
            Transport.of(endpoint, settings.preferNative())
                    .connect(loops, handler, settings.connectTimeout())
                    .get();
            return new LineClient(endpoint, loops, Objects.requireNonNull(latest.get()));
        } catch (ExecutionException failed) {
            loops.close();
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            loops.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + endpoint);
        }
    }

    /** Where this client is connected to, as it was given. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Sends {@code message} in UTF-8; see {@link #send(byte[])}. */
    public CompletableFuture<Void> send(String message) {
        return send(message.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends one message. The future completes when the whole line is with the kernel. It fails with a
     * {@link DeliveryException} when the connection fails before that, and at once with a {@link ClosedException} after
     * {@link #close} or a {@link WindowFullException}. Waits for room in the window, if the client is to do that.
     *
     * @param message without a line feed; copied
     * @throws IllegalArgumentException if it holds a line feed
     */
    public CompletableFuture<Void> send(byte[] message) {
        Lines.checkIsOne(message);
        return connection.send(Lines.terminated(message), 1);
    }

    /**
     * Sends any number of messages at once, as {@link #send(byte[])} would; the future stands for the last one. A block
     * of more bytes than the window goes alone.
     *
     * @param wholeLines lines, each with its line feed; copied, and read to its limit unless refused
     * @throws IllegalArgumentException if it does not end with a line feed
     */
    public CompletableFuture<Void> sendLines(ByteBuffer wholeLines) {
        Lines.checkAreWhole(wholeLines);
        if (!wholeLines.hasRemaining()) {
            return flush();
        }
        return connection.send(wholeLines, Lines.count(wholeLines));
    }

    /**
     * Completes when everything sent so far is with the kernel, or fails with a {@link DeliveryException}. Nothing waits
     * for this call: messages are on their way as soon as they are sent.
     */
    public CompletableFuture<Void> flush() {
        return connection.outbound().flushed();
    }

    /** Messages taken so far, and those that were refused because the connection had failed. */
    public long messagesSent() {
        return connection.outbound().sent().messages();
    }

    /** Messages that are wholly with the kernel. */
    public long messagesWritten() {
        return connection.outbound().written().messages();
    }

    /**
     * Writes what was sent, ends the output, and reads until the server closes, so that it has taken all. From the start
     * of this call nothing more is taken, and who waits for room is sent away with a {@link ClosedException}. A server
     * that does not close within the close timeout is left with a warning; one that takes no byte for that long is
     * an error. Blocking; the second call does nothing.
     *
     * @throws DeliveryException if something was not written, or the connection was reset
     * @throws IllegalStateException if called from a future of this client, whose thread is needed for the above
     */
    @Override
    public void close() throws IOException {
        if (connection.isEventLoop()) {
            throw new IllegalStateException("close() waits: call it from another thread than the client's own");
        }
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                connection.close();
            } finally {
                loops.close();
            }
        }
    }

    /** Settings for a client. One thread. */
    public static final class Builder {
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration writeTimeout = Duration.ZERO;
        private Duration closeTimeout = Duration.ofSeconds(10);
        private long windowBytes = 4 * 1024 * 1024;
        private WhenFull whenFull = WhenFull.BLOCK;
        private boolean preferNative;

        private Builder() {}

        /** The longest wait for a connection, 10 s unless set. */
        public Builder connectTimeout(Duration longest) {
            connectTimeout = longest;
            return this;
        }

        /** The longest time without writing a byte while there is something to write; zero, the default, for none. */
        public Builder writeTimeout(Duration longest) {
            writeTimeout = longest;
            return this;
        }

        /** The longest time that {@link LineClient#close} waits for the server, 10 s unless set. */
        public Builder closeTimeout(Duration longest) {
            closeTimeout = longest;
            return this;
        }

        /** How many bytes may wait to be written, 4 MiB unless set. */
        public Builder windowBytes(long most) {
            windowBytes = most;
            return this;
        }

        /** What a send does when that is used up; it blocks unless told otherwise. */
        public Builder whenFull(WhenFull policy) {
            whenFull = policy;
            return this;
        }

        /** Whether TCP runs on epoll or kqueue, where the machine has it, in place of NIO. */
        public Builder preferNative(boolean wanted) {
            preferNative = wanted;
            return this;
        }

        /**
         * Connects. Blocking.
         *
         * @throws ConnectException with the reason and what to do
         * @throws IllegalArgumentException if a setting is out of its range
         */
        public LineClient connect(Endpoint endpoint) throws IOException {
            return LineClient.connect(
                    endpoint,
                    new Settings(connectTimeout, writeTimeout, closeTimeout, windowBytes, whenFull, preferNative));
        }
    }
}
