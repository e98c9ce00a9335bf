package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server on a plain socket that says what a test's script has it say, each connection on a thread of its own. */
public final class AckServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AckServer.class);
    public static final String WELCOME = "accu/1 ok durable=fsync max-line=1000\n";

    private final ServerSocketChannel listener;
    private final Endpoint endpoint;
    private final List<Talk> talks = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> serving;

    /** What one connection is to be told. When it returns, the connection is closed. */
    public interface Script {
        void talk(Talk with) throws IOException;
    }

    private AckServer(ServerSocketChannel listener, Endpoint endpoint, Script script) {
        this.listener = listener;
        this.endpoint = endpoint;
        this.serving = Beside.run(() -> serve(script));
    }

    public static AckServer tcp(Script script) throws IOException {
        ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        return new AckServer(listener, Endpoint.parse("tcp 127.0.0.1:" + port), script);
    }

    /** The first conversation of a process takes long: whoever has short timeouts has one before. */
    static void warmUp() throws Exception {
        try (AckServer server = tcp(talk -> talk.greets().acksAll());
                LineClient client = LineClient.builder().acknowledged().connect(server.endpoint())) {
            client.send("warm").get(30, TimeUnit.SECONDS);
        }
    }

    /** Where another one has been. */
    static AckServer at(Endpoint endpoint, Script script) throws IOException {
        int port = ((Endpoint.Tcp) endpoint).port();
        return new AckServer(
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
                endpoint,
                script);
    }

    static AckServer unix(Path directory, Script script) throws IOException {
        Path path = directory.resolve("ack.sock");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        return new AckServer(listener, Endpoint.parse("unix " + path), script);
    }

    private void serve(Script script) {
        List<CompletableFuture<Void>> talking = new ArrayList<>();
        try {
            while (true) {
                Talk talk = new Talk(listener.accept(), talks.size());
                talks.add(talk);
                talking.add(Beside.run(() -> talk.follow(script)));
            }
        } catch (IOException closed) {
            LOG.debug("no more connections: {}", closed.toString());
        }
        // Here, where no other can come any more.
        talks.forEach(Talk::end);
        talking.forEach(CompletableFuture::join);
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** Connections so far. */
    public int count() {
        return talks.size();
    }

    /** The lines of one connection so far, its hello not counted. */
    public List<String> lines(int connection) {
        return talks.get(connection).lines;
    }

    /** What one connection said first. */
    String hello(int connection) {
        return talks.get(connection).hello;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        serving.join();
    }

    /** One connection, on its thread. */
    public static final class Talk {
        private final SocketChannel socket;
        private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).limit(0);
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
        private volatile String hello = "";
        private long heardBytes;

        /** 0 for the first connection. */
        public final int number;

        private Talk(SocketChannel socket, int number) {
            this.socket = socket;
            this.number = number;
        }

        private void follow(Script script) {
            try (socket) {
                script.talk(this);
            } catch (IOException broken) {
                LOG.debug("connection {} broke: {}", number, broken.toString());
            }
        }

        private void end() {
            try {
                socket.close();
            } catch (IOException broken) {
                LOG.debug("connection {} broke at its end: {}", number, broken.toString());
            }
        }

        /** Takes the hello. */
        public Talk hears() throws IOException {
            hello = next().orElse("");
            return this;
        }

        /** Takes the hello and gives the welcome. */
        public Talk greets() throws IOException {
            return hears().says(WELCOME);
        }

        public Talk says(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
            return this;
        }

        /** Takes one line; false at the end. */
        public boolean takes() throws IOException {
            Optional<String> line = next();
            line.ifPresent(lines::add);
            return line.isPresent();
        }

        public boolean takes(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                if (!takes()) {
                    return false;
                }
            }
            return true;
        }

        /** Takes lines until none comes for that long; false at the end, or once more than so many bytes have come. */
        boolean takesUntilQuiet(Duration quiet, long mostBytes) throws IOException {
            while (saysMoreWithin(quiet)) {
                if (heardBytes > mostBytes || !takes()) {
                    return false;
                }
            }
            return true;
        }

        /** Whether anything more comes within that time, be it the end. */
        boolean saysMoreWithin(Duration most) throws IOException {
            if (in.hasRemaining()) {
                return true;
            }
            try (Selector selector = Selector.open()) {
                socket.configureBlocking(false);
                socket.register(selector, SelectionKey.OP_READ);
                return selector.select(most.toMillis()) > 0;
            } finally {
                socket.configureBlocking(true);
            }
        }

        /** The line taken last. */
        String last() {
            return lines.get(lines.size() - 1);
        }

        /** Lines taken. */
        public int taken() {
            return lines.size();
        }

        public Talk acks() throws IOException {
            return says("ack " + lines.size() + "\n");
        }

        /** Takes and acknowledges one by one until the client ends. */
        public void acksAll() throws IOException {
            while (takes()) {
                acks();
            }
        }

        /** Neither reads nor says anything for that long. */
        Talk rests(Duration time) {
            LockSupport.parkNanos(time.toNanos());
            return this;
        }

        /** Whether the test has not ended it. */
        boolean isOpen() {
            return socket.isOpen();
        }

        /** Waits until the client goes away. */
        public void waitsForTheEnd() throws IOException {
            while (next().isPresent()) {}
        }

        void resets() throws IOException {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        }

        private Optional<String> next() throws IOException {
            StringBuilder line = new StringBuilder();
            while (true) {
                if (!in.hasRemaining()) {
                    int count = socket.read(in.clear());
                    in.flip();
                    if (count < 0) {
                        return Optional.empty();
                    }
                    heardBytes += count;
                }
                while (in.hasRemaining()) {
                    char value = (char) in.get();
                    if (value == '\n') {
                        return Optional.of(line.toString());
                    }
                    line.append(value);
                }
            }
        }
    }

    /** Cannot fail in a test that is right. */
    static void closeUnchecked(LineClient client) {
        try {
            client.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
