package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import cc.accu.server.LineServer;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/** A plain socket of the JDK at the other end, blocking. One thread that sends. */
final class RawPeer implements AutoCloseable {
    private final SocketChannel socket;
    private final AtomicLong sent = new AtomicLong();

    RawPeer(SocketChannel socket) {
        this.socket = socket;
    }

    static RawPeer connect(LineServer server) throws IOException {
        return connect(server.endpoints().get(0));
    }

    static RawPeer connect(Endpoint endpoint) throws IOException {
        if (endpoint instanceof Endpoint.Tcp tcp) {
            return new RawPeer(SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port())));
        }
        return new RawPeer(SocketChannel.open(UnixDomainSocketAddress.of(((Endpoint.Unix) endpoint).path())));
    }

    RawPeer sends(String text) throws IOException {
        return sends(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    RawPeer sends(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            writesSomeOf(bytes);
        }
        return this;
    }

    /** Writes some of the bytes; says how many. */
    int writesSomeOf(ByteBuffer bytes) throws IOException {
        int written = socket.write(bytes);
        sent.addAndGet(written);
        return written;
    }

    /** Bytes written so far; any thread. */
    long sentBytes() {
        return sent.get();
    }

    RawPeer endsInput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection. */
    void resets() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    /** All that the other side says until it closes. */
    String hearsUntilClosed() throws IOException {
        StringBuilder heard = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (socket.read(buffer) >= 0) {
            heard.append(UTF_8.decode(buffer.flip()));
            buffer.clear();
        }
        return heard.toString();
    }

    /** Reads exactly {@code bytes}. */
    void takes(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (socket.read(buffer) < 0) {
                throw new IOException("ended after " + buffer.position() + " of " + bytes + " bytes");
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
