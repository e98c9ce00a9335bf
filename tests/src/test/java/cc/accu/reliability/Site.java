package cc.accu.reliability;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Where the servers of a run listen, one after the other: the same addresses each time, so that senders find the next one.
 *
 * @param directory holds the socket and the logs
 * @param port on 127.0.0.1
 */
record Site(Path directory, int port) {
    // Below the ports that the system gives to outgoing connections: a sender that knocks at such a port while no
    // server
    // is there can be connected to itself.
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 10_000;

    static Site in(Path directory) {
        // The seed has no say in it: two runs may be under way at once.
        Random random = new Random();
        while (true) {
            int port = FIRST_PORT + random.nextInt(PORTS);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return new Site(directory, free.getLocalPort());
            } catch (IOException taken) {
                // Try another.
            }
        }
    }

    SocketAddress tcp() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    Path socket() {
        return directory.resolve("a.sock");
    }

    SocketAddress unix() {
        return UnixDomainSocketAddress.of(socket());
    }

    /** TCP and the Unix socket in turn. */
    SocketAddress address(int number) {
        return number % 2 == 0 ? tcp() : unix();
    }

    /** The server's arguments. */
    String[] arguments(String sink, String... options) {
        List<String> words = new ArrayList<>(List.of("tcp", "127.0.0.1:" + port, "unix", socket().toString()));
        words.addAll(List.of("--to", sink));
        words.addAll(List.of(options));
        return words.toArray(String[]::new);
    }
}
