package cc.accu.internal.transport;

import cc.accu.transport.Endpoint;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that listen already when this process starts, as those of a systemd socket unit do (sd_listen_fds(3)): they go on
 * listening while the process is started again, so that no sender is refused. Each is taken by the listener that has its
 * address. Linux only. One thread.
 */
public final class InheritedSockets {
    private static final int FIRST_DESCRIPTOR = 3;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String LISTENING_TCP = "0A";
    private static final String LISTENING_UNIX = "00010000";

    private final List<Inherited> free = new ArrayList<>();

    /** One of them. */
    private record Inherited(
            int descriptor, Optional<String> path, @Nullable InetSocketAddress address) {
        boolean isOf(Endpoint endpoint) {
            if (endpoint instanceof Endpoint.Unix unix) {
                return path.equals(Optional.of(unix.path()));
            }
            return address != null && isOf((Endpoint.Tcp) endpoint, address);
        }

        private static boolean isOf(Endpoint.Tcp tcp, InetSocketAddress bound) {
            if (tcp.port() != bound.getPort()) {
                return false;
            }
            if (tcp.isEveryInterface()) {
                return bound.getAddress().isAnyLocalAddress();
            }
            try {
                return NameLookup.of(tcp).now().contains(bound.getAddress());
            } catch (UnknownHostException unknown) {
                return false;
            }
        }

        @Override
        public String toString() {
            return path.map(file -> "unix " + file)
                    .orElseGet(() -> address == null ? "a socket" : "tcp " + NetUtil.toSocketAddressString(address));
        }
    }

    private InheritedSockets() {}

    /**
     * The first {@code count} descriptors behind the standard streams. Blocking.
     *
     * @throws IllegalStateException when one of them is no socket that listens
     */
    public static InheritedSockets of(int count) {
        InheritedSockets all = new InheritedSockets();
        if (count > 0 && !SocketIo.isEpollHere()) {
            throw new IllegalStateException("sockets that listen already need Linux and its native transport");
        }
        for (int descriptor = FIRST_DESCRIPTOR; descriptor < FIRST_DESCRIPTOR + count; descriptor++) {
            all.free.add(inherited(descriptor));
        }
        return all;
    }

    private static Inherited inherited(int descriptor) {
        try {
            String target = Files.readSymbolicLink(DESCRIPTORS.resolve(String.valueOf(descriptor)))
                    .toString();
            String inode = target.replaceAll("\\D", "");
            if (target.startsWith("socket:")) {
                Optional<String> path = unixPath(inode);
                if (path.isPresent()) {
                    return new Inherited(descriptor, path, null);
                }
                if (isListeningTcp(inode)) {
                    return new Inherited(
                            descriptor, Optional.empty(), new EpollServerSocketChannel(descriptor).localAddress());
                }
            }
            throw new IOException("it is " + target);
        } catch (IOException wrong) {
            throw new IllegalStateException(
                    "descriptor " + descriptor + " is no socket that listens, as this process was promised: "
                            + wrong.getMessage(),
                    wrong);
        }
    }

    /** By the columns of proc(5): reference, count, protocol, flags, type, state, inode, path. */
    private static Optional<String> unixPath(String inode) throws IOException {
        try (Stream<String> all = Files.lines(Path.of("/proc/net/unix"))) {
            return all.map(line -> line.trim().split("\\s+", 8))
                    .filter(columns ->
                            columns.length == 8 && columns[6].equals(inode) && columns[3].equals(LISTENING_UNIX))
                    .map(columns -> columns[7])
                    .findFirst();
        }
    }

    /** By the columns of proc(5), of which the fourth is the state and the tenth the inode. */
    private static boolean isListeningTcp(String inode) throws IOException {
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (!Files.exists(Path.of(table))) {
                continue;
            }
            try (Stream<String> all = Files.lines(Path.of(table))) {
                if (all.map(line -> line.trim().split("\\s+"))
                        .anyMatch(columns ->
                                columns.length > 9 && columns[9].equals(inode) && columns[3].equals(LISTENING_TCP))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The descriptor of the socket that has this address, which is then the caller's; empty if there is none. */
    public OptionalInt take(Endpoint endpoint) {
        for (Inherited each : free) {
            if (each.isOf(endpoint)) {
                free.remove(each);
                return OptionalInt.of(each.descriptor());
            }
        }
        return OptionalInt.empty();
    }

    /** Those that no listener has taken, as people write them. */
    public List<String> left() {
        return free.stream().map(Inherited::toString).toList();
    }
}
