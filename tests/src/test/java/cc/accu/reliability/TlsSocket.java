package cc.accu.reliability;

import cc.accu.testing.TestCertificates;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.Status;

/** The JDK's TLS on a socket. It ends by close_notify; whoever closes without it has cut the connection. */
final class TlsSocket implements SenderSocket {
    private static final SSLContext CONTEXT = TestCertificates.AUTHORITY.clientContext();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine = CONTEXT.createSSLEngine();
    private final ByteBuffer received = empty(engine.getSession().getPacketBufferSize());
    private final ByteBuffer decrypted = empty(engine.getSession().getApplicationBufferSize());
    private final ByteBuffer encrypted = empty(engine.getSession().getPacketBufferSize());

    /** The writer's bytes in {@code encrypted}: written when all of their record is, for the server can read none before. */
    private int underWay;

    private TlsSocket(SocketChannel channel) {
        this.channel = channel;
        engine.setUseClientMode(true);
    }

    private static ByteBuffer empty(int size) {
        return ByteBuffer.allocate(size).flip();
    }

    /** Shakes hands on a socket that is connected and blocks. */
    static TlsSocket on(SocketChannel channel) throws IOException {
        TlsSocket socket = new TlsSocket(channel);
        socket.shakeHands();
        return socket;
    }

    private void shakeHands() throws IOException {
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> {
                    encrypt(NOTHING);
                    flushes();
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!decrypts() && (engine.isInboundDone() || receive() < 0)) {
                        throw new EOFException("cut in its handshake");
                    }
                }
                case NEED_TASK -> runTasks();
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        int before = bytes.position();
        while (bytes.hasRemaining()) {
            if (decrypted.hasRemaining()) {
                take(bytes);
            } else if (!decrypts()) {
                if (bytes.position() > before) {
                    break;
                }
                if (engine.isInboundDone()) {
                    return -1;
                }
                int n = receive();
                if (n < 0) {
                    throw new EOFException("cut: no close_notify");
                }
                if (n == 0) {
                    break;
                }
            }
        }
        return bytes.position() - before;
    }

    private void take(ByteBuffer bytes) {
        int end = decrypted.limit();
        decrypted.limit(Math.min(end, decrypted.position() + bytes.remaining()));
        bytes.put(decrypted);
        decrypted.limit(end);
    }

    /** Goes on by one record, if there is one. */
    private boolean decrypts() throws IOException {
        decrypted.clear();
        Status status = engine.unwrap(received, decrypted).getStatus();
        decrypted.flip();
        runTasks();
        return status == Status.OK;
    }

    private int receive() throws IOException {
        received.compact();
        int n = channel.read(received);
        received.flip();
        return n;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int before = bytes.position();
        while (flushes()) {
            bytes.position(bytes.position() + underWay);
            underWay = 0;
            if (!bytes.hasRemaining()) {
                break;
            }
            if (encrypt(bytes.duplicate()) == Status.CLOSED) {
                throw new EOFException("closed by the server");
            }
        }
        return bytes.position() - before;
    }

    private Status encrypt(ByteBuffer bytes) throws IOException {
        int before = bytes.position();
        encrypted.clear();
        Status status = engine.wrap(bytes, encrypted).getStatus();
        encrypted.flip();
        underWay = bytes.position() - before;
        return status;
    }

    private boolean flushes() throws IOException {
        if (encrypted.hasRemaining()) {
            channel.write(encrypted);
        }
        return !encrypted.hasRemaining();
    }

    @Override
    public boolean endOutput() throws IOException {
        if (flushes() && !engine.isOutboundDone()) {
            engine.closeOutbound();
            encrypt(NOTHING);
        }
        return flushes();
    }

    @Override
    public void close() throws IOException {
        try {
            endOutput();
        } catch (IOException gone) {
            // Then there is nobody to tell.
        } finally {
            channel.close();
        }
    }
}
