package cc.accu.reliability;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/** Where a server, or a proxy in front of it, is found, and what is spoken there. */
record ServerAddress(SocketAddress socket, Carrier carrier) {
    boolean isUnix() {
        return socket instanceof UnixDomainSocketAddress;
    }

    SenderSocket connect() throws IOException {
        return connect(unconnected());
    }

    /** A socket of the kind that {@link #connect(SocketChannel)} takes. */
    SocketChannel unconnected() throws IOException {
        return isUnix() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
    }

    /** Connects a socket that may have options. */
    SenderSocket connect(SocketChannel channel) throws IOException {
        try {
            channel.connect(socket);
            if (carrier == Carrier.PLAIN) {
                return new PlainSocket(channel);
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return TlsSocket.on(channel);
        } catch (IOException failure) {
            Link.closeQuietly(channel);
            throw failure;
        }
    }

    /** For the client's command line; the certificates of the suite are for {@code localhost} too. */
    String endpoint() {
        int port = ((InetSocketAddress) socket).getPort();
        return carrier == Carrier.TLS ? "tls localhost:" + port : "tcp 127.0.0.1:" + port;
    }
}
