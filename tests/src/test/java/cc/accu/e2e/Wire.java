package cc.accu.e2e;

import cc.accu.client.LineClient;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/** What carries the bytes in a test. */
enum Wire {
    TCP,
    TCP_NATIVE,
    TLS,
    UNIX;

    /** A free endpoint; a Unix socket is in {@code directory}. */
    Endpoint freeEndpoint(Path directory) {
        return Endpoint.parse(
                switch (this) {
                    case TCP, TCP_NATIVE -> "tcp 127.0.0.1:0";
                    case TLS -> "tls 127.0.0.1:0";
                    case UNIX -> "unix " + directory.resolve("a.sock");
                });
    }

    /** A listener on a free endpoint. */
    ListenOptions listener(Path directory) {
        ListenOptions options = ListenOptions.of(freeEndpoint(directory));
        return this == TLS ? options.tls(TestCertificates.AUTHORITY.server(directory)) : options;
    }

    /** A server with this as its only listener. */
    LineServer.Builder server(Path directory) {
        return server(directory, freeEndpoint(directory));
    }

    /** A server with one listener, there. */
    LineServer.Builder server(Path directory, Endpoint endpoint) {
        LineServer.Builder builder = LineServer.builder().preferNative(this == TCP_NATIVE);
        return this == TLS
                ? builder.tls(TestCertificates.AUTHORITY.server(directory)).listen(endpoint)
                : builder.listen(endpoint);
    }

    LineClient.Builder client(Path directory) {
        LineClient.Builder builder = LineClient.builder().preferNative(this == TCP_NATIVE);
        return this == TLS ? builder.tls(TestCertificates.AUTHORITY.client(directory)) : builder;
    }

    /** A listener of the JDK that takes connections and does nothing with them. */
    ServerSocketChannel rawListener(Path directory) throws IOException {
        if (this == UNIX) {
            return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(directory.resolve("raw.sock")));
        }
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** Where a raw listener listens. */
    static Endpoint endpointOf(ServerSocketChannel listener) throws IOException {
        SocketAddress address = listener.getLocalAddress();
        if (address instanceof UnixDomainSocketAddress unix) {
            return Endpoint.parse("unix " + unix.getPath());
        }
        return Endpoint.parse("tcp 127.0.0.1:" + ((InetSocketAddress) address).getPort());
    }

    /** Whether a plain sender can break the connection: a Unix socket resets only what it left unread. */
    boolean canReset() {
        return this != UNIX;
    }

    @Override
    public String toString() {
        return switch (this) {
            case TCP -> "tcp";
            case TCP_NATIVE -> "tcp native";
            case TLS -> "tls";
            case UNIX -> "unix";
        };
    }
}
