package cc.accu.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.internal.transport.Transport.Listener;
import cc.accu.line.Origin;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("AddressSelection") // literal addresses are wanted
class TransportTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final EventLoops loops = EventLoops.daemon("test");
    private final Accepted accepted = new Accepted();

    @AfterEach
    void stop() {
        loops.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsTheRealPort(boolean preferNative) throws IOException {
        try (Listener listener = listen("tcp :0", preferNative)) {
            assertThat(port(listener)).isPositive();
            assertThat(connects("127.0.0.1", port(listener))).isTrue();
            assertThat(connects("::1", port(listener))).isEqualTo(hasIpv6());
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp4 :0, false", "tcp4 :0, true", "tcp 0.0.0.0:0, false", "tcp 0.0.0.0:0, true"})
    void takesIpv4Only(String endpoint, boolean preferNative) throws IOException {
        try (Listener listener = listen(endpoint, preferNative)) {
            assertThat(connects("127.0.0.1", port(listener))).isTrue();
            assertThat(connects("::1", port(listener))).isFalse();
        }
    }

    @Test
    void takesIpv6Only() throws IOException {
        assumeTrue(hasIpv6(), "this machine has no IPv6");
        assumeTrue(SocketIo.ofThisMachine().isPresent(), "needs a native transport");
        try (Listener listener = listen("tcp6 :0", false)) {
            assertThat(connects("::1", port(listener))).isTrue();
            assertThat(connects("127.0.0.1", port(listener))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysThatAPortIsInUse(boolean preferNative) {
        try (Listener first = listen("tcp 127.0.0.1:0", preferNative)) {
            String same = first.endpoint().toString();
            assertThatThrownBy(() -> listen(same, preferNative))
                    .isInstanceOf(ListenException.class)
                    .hasMessageStartingWith("cannot listen on " + same + ": address already in use; see who has it");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tcp 192.0.2.1:0, cannot assign requested address; this machine does not have that address",
        "tcp no-such-host.invalid:1, unknown host 'no-such-host.invalid'; check the name",
        "tcp6 127.0.0.1:0, '''127.0.0.1'' has no address that tcp6 can use'"
    })
    void saysWhyItCannotListen(String endpoint, String why) {
        for (boolean preferNative : new boolean[] {false, true}) {
            assertThatThrownBy(() -> listen(endpoint, preferNative))
                    .isInstanceOf(ListenException.class)
                    .hasMessageStartingWith("cannot listen on " + endpoint + ": " + why);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closesItsConnectionsWhenALoopIsStoppedAtWork(boolean preferNative) throws Exception {
        EventLoops stopped = EventLoops.daemon("stopped");
        Endpoint anyPort = Endpoint.parse("tcp 127.0.0.1:0");
        try (Listener listener = Transport.of(anyPort, preferNative)
                        .listen(stopped, UnixSocketFile.Access.DEFAULT, new Accepted(), accepted);
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
            Channel connection = accepted.next();
            CountDownLatch atWork = new CountDownLatch(1);
            connection.eventLoop().execute(() -> {
                atWork.countDown();
                await().until(connection.eventLoop()::isShuttingDown);
            });
            assertThat(atWork.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(stopped.close(LONG)).isTrue();
            assertThat(connection.isOpen()).isFalse();
            assertThat(peer.getInputStream().read()).isNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void triesEveryAddressOfTheHost(String only) throws Exception {
        assumeTrue(
                InetAddress.getAllByName("localhost").length > 1 || only.equals("127.0.0.1"),
                "localhost has no IPv6 address here");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(only))) {
            Endpoint localhost = new Endpoint.Tcp(Endpoint.Network.TCP, "", server.getLocalPort());
            Transport.of(localhost, false)
                    .connect(loops, new Accepted(), LONG)
                    .get()
                    .close();
        }
    }

    @Test
    void saysWhyItCannotConnect() throws IOException {
        int free;
        try (ServerSocket server = new ServerSocket(0)) {
            free = server.getLocalPort();
        }
        assertThatConnecting("tcp 127.0.0.1:" + free, "connection refused; is a server running there?");
        assertThatConnecting("tcp no-such-host.invalid:1", "unknown host 'no-such-host.invalid'");
        assertThatConnecting(
                "unix /tmp/accu-none/s",
                "no such file or directory; the directory /tmp/accu-none does not exist: is the path");
    }

    @Test
    void saysWhatIsThereWhereASocketShouldBe(@TempDir Path directory) throws Exception {
        Files.createDirectory(directory.resolve("d"));
        Files.writeString(directory.resolve("f"), "");
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
        Files.createSymbolicLink(directory.resolve("circle"), Path.of("circle"));
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(directory.resolve("stale")))
                .close();
        String unix = "unix " + directory + "/";
        assertThatConnecting(unix + "d", "it is a directory, not a socket; give the path");
        assertThatConnecting(unix + "f", "it is a regular file, not a socket; give the path");
        assertThatConnecting(unix + "f/s", directory + "/f is a regular file, not a directory");
        assertThatConnecting("unix /dev/null", "it is a device, not a socket; give the path");
        assertThatConnecting(
                unix + "dangling", "no such file or directory; it is a symbolic link to what does not exist");
        assertThatConnecting(unix + "circle", "the symbolic links at " + directory + "/circle go in a circle");
        assertThatConnecting(unix + "none", "no such file or directory; is the server running, with this path?");
        assertThatConnecting(unix + "stale", "connection refused; the socket file is there, but nobody listens on it");
        assertThatConnecting(
                "unix accu-none",
                "no such file or directory; is the server running, with this path? It is looked for in /");
    }

    @Test
    void saysThatNobodyListensOnAName() {
        assumeTrue(Epoll.isAvailable(), "abstract sockets need Linux and epoll");
        assertThatConnecting("unix @accu-none", "connection refused; nobody listens on that name");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, false",
        "127.0.0.1, 127.0.0.1, true",
        "::1, [::1], false",
        "::1, [::1], true",
    })
    void namesATcpPeerByItsAddress(String host, String printed, boolean preferNative) throws Exception {
        assumeTrue(hasIpv6() || !host.equals("::1"), "this machine has no IPv6");
        try (Listener listener = listen("tcp " + printed + ":0", preferNative);
                Socket client = new Socket(InetAddress.getByName(host), port(listener))) {
            Origin peer = Transport.of(listener.endpoint(), preferNative).origin("here", accepted.next());
            assertThat(peer.peer()).isEqualTo(printed + ":" + client.getLocalPort());
            assertThat(peer.credentials()).isEmpty();
        }
    }

    @Test
    void namesAUnixPeerByItsProcessAndUser(@TempDir Path directory) throws Exception {
        assumeTrue(Epoll.isAvailable(), "credentials need a native transport");
        int pid = (int) ProcessHandle.current().pid();
        int uid = (int) Files.getAttribute(directory, "unix:uid");
        Origin peer = unixPeer(directory);
        assertThat(peer.peer()).isEqualTo("pid=" + pid + ",uid=" + uid);
        int gid = (int) Files.getAttribute(directory, "unix:gid");
        assertThat(peer.credentials()).contains(new Origin.Credentials(pid, uid, gid));
    }

    @Test
    void namesAUnixPeerByItsKindOverNio(@TempDir Path directory) throws Exception {
        assumeFalse(SocketIo.ofThisMachine().isPresent(), "this machine has a native transport");
        assertThat(unixPeer(directory)).isEqualTo(Origin.of("here", "unix"));
    }

    private Origin unixPeer(Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (Listener listener = listen("unix " + path, false);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(client.isConnected()).isTrue();
            return Transport.of(listener.endpoint(), false).origin("here", accepted.next());
        }
    }

    private void assertThatConnecting(String endpoint, String why) {
        Transport transport = Transport.of(Endpoint.parse(endpoint), false);
        assertThatThrownBy(() -> transport.connect(loops, new Accepted(), LONG).get())
                .cause()
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("cannot connect to " + endpoint + ": " + why);
    }

    private Listener listen(String endpoint, boolean preferNative) {
        return Transport.of(Endpoint.parse(endpoint), preferNative)
                .listen(loops, UnixSocketFile.Access.DEFAULT, new Accepted(), accepted);
    }

    private static int port(Listener listener) {
        return ((Endpoint.Tcp) listener.endpoint()).port();
    }

    private static boolean connects(String host, int port) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getAllByName(host)[0], port), (int) LONG.toMillis());
            return true;
        } catch (java.net.SocketException refusedOrNoSuchFamily) {
            return false;
        }
    }

    private static boolean hasIpv6() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return probe.isBound();
        } catch (java.net.BindException noIpv6) {
            return false;
        }
    }

    @Sharable
    private static final class Accepted extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<Channel> channels = new LinkedBlockingQueue<>();

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channels.add(ctx.channel());
        }

        Channel next() throws InterruptedException {
            Channel channel = channels.poll(LONG.toSeconds(), TimeUnit.SECONDS);
            if (channel == null) {
                throw new AssertionError("nobody connected");
            }
            return channel;
        }
    }
}
