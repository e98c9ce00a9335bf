package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** A line server without manners of its own: the test says what it reads and when it closes. */
public final class PlainServer implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final Endpoint endpoint;

    private PlainServer(ServerSocketChannel listener, Endpoint endpoint) {
        this.listener = listener;
        this.endpoint = endpoint;
    }

    public static PlainServer tcp() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        return new PlainServer(listener, Endpoint.parse("tcp 127.0.0.1:" + port));
    }

    public static PlainServer unix(Path directory) throws IOException {
        Path path = directory.resolve("plain.sock");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        return new PlainServer(listener, Endpoint.parse("unix " + path));
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public SocketChannel accept() throws IOException {
        return listener.accept();
    }

    /** What the next connection says until its end, after which it is closed. */
    public CompletableFuture<String> text() {
        return Beside.ask(() -> {
            try (SocketChannel peer = accept()) {
                return rest(peer);
            }
        });
    }

    static String rest(SocketChannel peer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer some = ByteBuffer.allocate(64 * 1024);
        while (peer.read(some) >= 0) {
            all.write(some.array(), 0, some.position());
            some.clear();
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
