package cc.accu.reliability;

import cc.accu.e2e.FreePort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the servers of a run listen, one after the other: the same addresses each time, so that senders find the next one.
 *
 * @param directory holds the socket and the logs
 * @param port on 127.0.0.1
 */
record Site(Path directory, int port) {
    static Site in(Path directory) {
        return new Site(directory, FreePort.find());
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
