package cc.accu.reliability;

import cc.accu.e2e.FreePort;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.TlsOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the servers of a run listen, one after the other: the same addresses each time, so that senders find the next one.
 *
 * @param directory holds the socket, the certificates and the logs
 * @param port on 127.0.0.1
 * @param carrier over TLS there is no Unix socket
 */
record Site(Path directory, int port, Carrier carrier) {
    static Site in(Path directory, Carrier carrier) {
        return new Site(directory, FreePort.find(), carrier);
    }

    /** Another place of the same kind. */
    Site another(Path directory) {
        return in(directory, carrier);
    }

    /** TCP, with TLS on it or not. */
    ServerAddress tcp() {
        return onPort(port);
    }

    /** The same on another port, where a proxy may be. */
    ServerAddress onPort(int port) {
        return new ServerAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), carrier);
    }

    /** TCP and the Unix socket in turn; with TLS, always that. */
    ServerAddress address(int number) {
        if (carrier == Carrier.TLS || number % 2 == 0) {
            return tcp();
        }
        return new ServerAddress(UnixDomainSocketAddress.of(socket()), carrier);
    }

    private Path socket() {
        return directory.resolve("a.sock");
    }

    /** The server's arguments. */
    String[] arguments(String sink, String... options) {
        List<String> words = new ArrayList<>();
        switch (carrier) {
            case PLAIN -> words.addAll(List.of("tcp", "127.0.0.1:" + port, "unix", socket().toString()));
            case TLS -> {
                TlsOptions tls = TestCertificates.AUTHORITY.server(directory);
                words.addAll(List.of("tls", "127.0.0.1:" + port));
                words.addAll(
                        List.of("--tls-cert", tls.certificate().orElseThrow().toString()));
                words.addAll(List.of("--tls-key", tls.key().orElseThrow().toString()));
            }
        }
        words.addAll(List.of("--to", sink));
        words.addAll(List.of(options));
        return words.toArray(String[]::new);
    }

    /** The client's arguments that make it trust the servers. */
    List<String> trust() {
        return carrier == Carrier.TLS
                ? List.of("--tls-ca=" + TestCertificates.AUTHORITY.rootFile(directory))
                : List.of();
    }
}
