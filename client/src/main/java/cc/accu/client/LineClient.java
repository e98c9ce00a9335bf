package cc.accu.client;

import cc.accu.client.Sender.Settings;
import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineCounter;
import cc.accu.internal.tls.ClientTls;
import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Sends messages, each a line, to a line server. Any thread; the messages of one thread keep their order. What is sent
 * together is written together.
 *
 * <p>A plain client uses one connection, and a message is delivered when it is with the kernel. One with {@link
 * Builder#acknowledged acknowledgements} talks to accu, and a message is delivered when the server has stored it: until
 * then the client keeps it, and sends it again over another connection if need be. So the server may get it twice, but
 * gets it.
 *
 * <p>Futures complete on the client's own thread: what hangs on them must not block, and a send from there fails
 * instead of waiting when the window is full.
 */
public final class LineClient implements AutoCloseable {
    private final EventLoops loops;
    private final Sender sender;
    private final Object closing = new Object();

    @GuardedBy("closing")
    private boolean closed;

    private LineClient(EventLoops loops, Sender sender) {
        this.loops = loops;
        this.sender = sender;
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

    /** Where this client is connected to, or tries to, as it was given. */
    public Endpoint endpoint() {
        return sender.endpoint();
    }

    /**
     * What an acknowledgement of the server means: {@code written} to its operating system, {@code fsync}ed, {@code
     * replicated}. Empty for a client without acknowledgements.
     */
    public Optional<String> durable() {
        return sender.durable();
    }

    /** The longest message that the server said it takes, in bytes; empty for a client without acknowledgements. */
    public OptionalLong maxLineBytes() {
        return sender.queue().maxLineBytes();
    }

    /** Sends {@code message} in UTF-8; see {@link #send(byte[])}. */
    public CompletableFuture<Void> send(String message) {
        return send(message.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends one message. The future completes when the whole line is delivered. It fails with a
     * {@link DeliveryException} when that cannot be, and at once with a {@link ClosedException} after {@link #close} or a
     * {@link WindowFullException}; with acknowledgements with a {@link LineTooLongException} if the server does not take
     * lines of that length. Waits for room in the window, if the client is to do that.
     *
     * @param message without a line feed; copied
     * @throws IllegalArgumentException if it holds a line feed
     */
    public CompletableFuture<Void> send(byte[] message) {
        for (byte value : message) {
            if (value == '\n') {
                throw new IllegalArgumentException("a message is one line: it must not hold a line feed");
            }
        }
        ByteBuffer line = ByteBuffer.allocate(message.length + 1);
        return send(line.put(message).put((byte) '\n').flip(), 1);
    }

    /**
     * Sends any number of messages at once, as {@link #send(byte[])} would; the future stands for all of them. A block of
     * more bytes than the window goes alone. When one message is too long for the server, the others are sent all the same.
     *
     * @param wholeLines lines, each with its line feed; copied, and read to its limit unless refused
     * @throws IllegalArgumentException if it does not end with a line feed
     */
    public CompletableFuture<Void> sendLines(ByteBuffer wholeLines) {
        if (!wholeLines.hasRemaining()) {
            return flush();
        }
        if (wholeLines.get(wholeLines.limit() - 1) != '\n') {
            throw new IllegalArgumentException("a block of whole lines must end with a line feed");
        }
        return send(wholeLines, LineCounter.count(wholeLines));
    }

    /**
     * Sends a part of a message that is too long to be held. The next send, of whatever thread, goes on with that message,
     * up to its first line feed. Otherwise as {@link #sendLines}.
     *
     * @param part any bytes; copied, and read to its limit unless refused
     * @throws IllegalStateException with acknowledgements, which are for whole messages
     */
    public CompletableFuture<Void> sendPart(ByteBuffer part) {
        if (sender.queue().maxLineBytes().isPresent()) {
            throw new IllegalStateException("messages that are acknowledged are sent whole");
        }
        return part.hasRemaining() ? send(part, LineCounter.count(part)) : flush();
    }

    private CompletableFuture<Void> send(ByteBuffer lines, int messages) {
        CompletableFuture<Void> delivered = sender.queue().add(lines, messages);
        if (!delivered.isDone()) {
            sender.wake();
        }
        return delivered;
    }

    /**
     * Completes when everything sent so far is delivered, or fails with a {@link DeliveryException}. Nothing waits
     * for this call: messages are on their way as soon as they are sent.
     */
    public CompletableFuture<Void> flush() {
        return sender.queue().flushed();
    }

    /** Messages taken so far, and those that were refused because the connection had failed. */
    public long messagesSent() {
        return sender.queue().counts().sent().messages();
    }

    /** Messages that the server has acknowledged; 0 for a client without acknowledgements. */
    public long messagesAcknowledged() {
        return sender.queue().counts().acknowledged();
    }

    /** Messages that are wholly with the kernel, or were once. */
    public long messagesWritten() {
        return sender.queue().counts().written().messages();
    }

    /**
     * Writes what was sent, ends the output, and reads until the server closes, so that it has taken all. From the start
     * of this call nothing more is taken, and who waits for room is sent away with a {@link ClosedException}. A server
     * that does not close within the close timeout, although it was sent something, is an error, since nobody knows what
     * it has read; so is one that takes no byte for that long. With acknowledgements it waits for those, as long as they
     * come: none within the close timeout is an error. Blocking; the second call does nothing.
     *
     * @throws DeliveryException if something was not delivered, or the only connection was reset
     * @throws IllegalStateException if called from a future of this client, whose thread is needed for the above
     */
    @Override
    public void close() throws IOException {
        if (sender.isOwnThread()) {
            throw new IllegalStateException("close() waits: call it from another thread than the client's own");
        }
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                sender.close();
            } finally {
                loops.close();
            }
        }
    }

    /** Settings for a client. One thread. */
    public static final class Builder {
        private static final int LONGEST_ANSWER_SECONDS = 2;
        /** What may wait to be written, unless set. */
        public static final long WINDOW_BYTES = 4 * 1024 * 1024;
        /** What may wait to be acknowledged, unless set. */
        public static final long ACKED_WINDOW_BYTES = 4 * WINDOW_BYTES;

        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration writeTimeout = Duration.ZERO;
        private Duration closeTimeout = Duration.ofSeconds(10);
        private OptionalLong windowBytes = OptionalLong.empty();
        private WhenFull whenFull = WhenFull.BLOCK;
        private boolean preferNative;
        private TlsOptions tls = TlsOptions.DEFAULT;
        private Optional<ClientTls> sharedTls = Optional.empty();
        private boolean acknowledged;
        private Duration ackTimeout = Duration.ofSeconds(30);
        private Duration retryTimeout = Duration.ofSeconds(60);

        private Builder() {}

        /**
         * Asks the server to acknowledge what it has stored, which accu does: see {@link LineClient}. A server that does not
         * understand is found out, and refused, when it does not answer.
         */
        public Builder acknowledged() {
            acknowledged = true;
            sharedTls = Optional.empty();
            return this;
        }

        /** The longest time without an ack while one is due, 30 s unless set: then the connection is given up. */
        public Builder ackTimeout(Duration longest) {
            ackTimeout = longest;
            return this;
        }

        /**
         * How long a client with acknowledgements tries to reach a server, the first time too, without anything being
         * acknowledged: 60 s unless set; zero for ever.
         */
        public Builder retryTimeout(Duration longest) {
            retryTimeout = longest;
            return this;
        }

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

        /**
         * The longest time that {@link LineClient#close} waits for the server, 10 s unless set. Zero is not to wait: then
         * what was sent is with the kernel, and more is not known; with acknowledgements, what has none yet is an error.
         */
        public Builder closeTimeout(Duration longest) {
            closeTimeout = longest;
            return this;
        }

        /**
         * How many bytes may wait to be written, 4 MiB unless set; with acknowledgements, to be acknowledged, and 16 MiB
         * unless set; no more than a quarter of the process's memory unless set. The futures of
         * that many sends may take as much again.
         */
        public Builder windowBytes(long most) {
            windowBytes = OptionalLong.of(most);
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
         * Who this client is to {@code tls} endpoints, and whom it trusts: the servers that the JVM trusts, unless set. The
         * files are read when it connects, and again when they have changed and it connects anew.
         */
        public Builder tls(TlsOptions options) {
            tls = options;
            sharedTls = Optional.empty();
            return this;
        }

        /**
         * Connects to the first endpoint that can be reached, in this order. A client with acknowledgements comes back to
         * them, in turn, whenever it has to. Blocking.
         *
         * @throws ConnectException with the reason and what to do, if none can be reached
         * @throws IllegalArgumentException if a setting is out of its range
         */
        public LineClient connect(Endpoint first, Endpoint... others) throws IOException {
            List<Endpoint> endpoints = new ArrayList<>(List.of(others));
            endpoints.add(0, first);
            Settings settings = settings(connectTimeout, tlsFor(endpoints));
            EventLoops loops = EventLoops.daemon("accu-client");
            return new LineClient(loops, Sender.connect(endpoints, settings, loops));
        }

        /**
         * Finds out whether a server of accu would take a line now, and store it: connects, has itself welcomed, and goes,
         * within the connect timeout and {@value #LONGEST_ANSWER_SECONDS} s more. The server counts no message. Blocking.
         *
         * @throws ConnectException with the reason, if it would not
         * @throws IllegalArgumentException if a setting is out of its range
         */
        public void ping(Endpoint endpoint) throws IOException {
            Duration usual = Duration.ofSeconds(LONGEST_ANSWER_SECONDS);
            Optional<ClientTls> secured = tlsFor(List.of(endpoint));
            Settings connecting = settings(connectTimeout, secured);
            Settings answering = settings(connectTimeout.compareTo(usual) < 0 ? connectTimeout : usual, secured);
            try (EventLoops loops = EventLoops.daemon("accu-client")) {
                Sender.reach(endpoint, () -> AckedSender.ping(endpoint, connecting, answering, loops));
            }
        }

        /** The same for all clients of this builder, so that their sessions are resumed. */
        private Optional<ClientTls> tlsFor(List<Endpoint> endpoints) throws IOException {
            boolean wanted = endpoints.stream().anyMatch(Endpoint::isTls);
            if (wanted && sharedTls.isEmpty()) {
                sharedTls =
                        Optional.of(new ClientTls(tls, acknowledged ? Optional.of(AckLine.HELLO) : Optional.empty()));
            }
            return wanted ? sharedTls : Optional.empty();
        }

        private Settings settings(Duration toConnect, Optional<ClientTls> secured) {
            long window = Settings.affordableWindow(windowBytes, acknowledged ? ACKED_WINDOW_BYTES : WINDOW_BYTES);
            Settings.Acks acks = new Settings.Acks(acknowledged, ackTimeout, retryTimeout);
            return new Settings(
                    toConnect,
                    writeTimeout,
                    closeTimeout,
                    window,
                    whenFull,
                    new Settings.Wire(preferNative, secured),
                    acks);
        }
    }
}
