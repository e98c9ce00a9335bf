package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import cc.accu.server.LineServer;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;

/** A plain socket of the JDK at the other end, blocking; with the JDK's TLS on it, where there is TLS. One thread that sends. */
final class RawPeer implements AutoCloseable {
    private final Line line;
    private final AtomicLong sent = new AtomicLong();

    /** What carries the bytes. */
    private interface Line extends AutoCloseable {
        int write(ByteBuffer bytes) throws IOException;

        int read(ByteBuffer bytes) throws IOException;

        void endOutput() throws IOException;

        void reset() throws IOException;

        @Override
        void close() throws IOException;
    }

    private record Plain(SocketChannel socket) implements Line {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return socket.write(bytes);
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return socket.read(bytes);
        }

        @Override
        public void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void reset() throws IOException {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private record Tls(Socket below, SSLSocket socket) implements Line {
        private static final int MOST_BYTES = 16 * 1024;

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            byte[] some = new byte[Math.min(MOST_BYTES, bytes.remaining())];
            bytes.get(some);
            socket.getOutputStream().write(some);
            return some.length;
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            byte[] some = new byte[bytes.remaining()];
            int length = socket.getInputStream().read(some);
            if (length > 0) {
                bytes.put(some, 0, length);
            }
            return length;
        }

        @Override
        public void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void reset() throws IOException {
            below.setSoLinger(true, 0);
            below.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private RawPeer(Line line) {
        this.line = line;
    }

    RawPeer(SocketChannel socket) {
        this(new Plain(socket));
    }

    static RawPeer connect(LineServer server) throws IOException {
        return connect(server.endpoints().get(0));
    }

    static RawPeer connect(Endpoint endpoint) throws IOException {
        if (endpoint instanceof Endpoint.Tcp tls && tls.isTls()) {
            Socket below = new Socket(tls.host(), tls.port());
            below.setTcpNoDelay(true);
            SSLSocket socket = (SSLSocket) TestCertificates.AUTHORITY
                    .clientContext()
                    .getSocketFactory()
                    .createSocket(below, tls.host(), tls.port(), true);
            socket.startHandshake();
            return new RawPeer(new Tls(below, socket));
        }
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
        int written = line.write(bytes);
        sent.addAndGet(written);
        return written;
    }

    /** Bytes written so far; any thread. */
    long sentBytes() {
        return sent.get();
    }

    RawPeer endsInput() throws IOException {
        line.endOutput();
        return this;
    }

    /** Breaks the connection. */
    void resets() throws IOException {
        line.reset();
    }

    /** All that the other side says until it closes. */
    String hearsUntilClosed() throws IOException {
        StringBuilder heard = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (line.read(buffer) >= 0) {
            heard.append(UTF_8.decode(buffer.flip()));
            buffer.clear();
        }
        return heard.toString();
    }

    /** Reads exactly {@code bytes}. */
    void takes(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (line.read(buffer) < 0) {
                throw new IOException("ended after " + buffer.position() + " of " + bytes + " bytes");
            }
        }
    }

    @Override
    public void close() throws IOException {
        line.close();
    }
}
