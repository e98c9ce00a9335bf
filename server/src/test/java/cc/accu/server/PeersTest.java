package cc.accu.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.line.Line;
import cc.accu.line.Origin;
import cc.accu.testing.ErrorOutput;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may send, and whom a load balancer speaks for, over real sockets. */
@Timeout(60)
class PeersTest {
    private static final String SENDER = "PROXY TCP4 192.0.2.1 10.0.0.1 12345 3000\r\n";

    @TempDir
    Path directory;

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();

    private LineServer start(Endpoint endpoint, UnaryOperator<ListenOptions> options) {
        return LineServer.builder()
                .listen(options.apply(ListenOptions.of(endpoint)))
                .onLine(lines::add)
                .start();
    }

    private LineServer startTcp(UnaryOperator<ListenOptions> options) {
        return start(Endpoint.parse("tcp 127.0.0.1:0"), options);
    }

    private static int port(LineServer server) {
        return ((Endpoint.Tcp) server.endpoints().get(0)).port();
    }

    private static Socket connect(LineServer server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port(server));
    }

    private static void send(LineServer server, String text) throws IOException {
        send(server, text.getBytes(US_ASCII));
    }

    private static void send(LineServer server, byte[] bytes) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            readToTheEnd(socket);
        } catch (IOException reset) {
            // Refused before all was sent.
        }
    }

    private static void readToTheEnd(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
        } catch (IOException reset) {
            // An end too.
        }
    }

    private List<String> texts() {
        return lines.stream().map(Line::utf8).toList();
    }

    private List<String> peers() {
        return lines.stream().map(line -> line.origin().peer()).distinct().toList();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, '', true",
        "'10.0.0.0/8,127.0.0.0/8', '', true",
        "::ffff:127.0.0.1, '', true",
        "10.0.0.0/8, '', false",
        "::/0, '', false",
        "127.0.0.0/8, 127.0.0.1, false",
        "'', 127.0.0.0/8, false",
        "'', 10.0.0.0/8, true"
    })
    void letsAddressesSend(String allow, String deny, boolean may) throws IOException {
        UnaryOperator<ListenOptions> rules = options -> {
            ListenOptions allowing = allow.isEmpty() ? options : options.allow(List.of(allow.split(",")));
            return deny.isEmpty() ? allowing : allowing.deny(List.of(deny.split(",")));
        };
        try (LineServer server = startTcp(rules)) {
            send(server, "one\n");
            await().until(() -> server.connections().isEmpty());
            await().until(() -> lines.size() == 1 || !server.refused().isEmpty());
            assertThat(texts()).isEqualTo(may ? List.of("one") : List.of());
            assertThat(server.refused()).isEqualTo(may ? Map.of() : Map.of(Refused.NOT_ALLOWED, 1L));
            assertThat(server.books().received()).isEqualTo(may ? 1 : 0);
        }
    }

    @Test
    void refusesBeforeAnythingIsSent() throws IOException {
        try (LineServer server = startTcp(options -> options.deny(List.of("127.0.0.1")));
                Socket silent = connect(server)) {
            readToTheEnd(silent);
            assertThat(server.refused()).containsExactly(Map.entry(Refused.NOT_ALLOWED, 1L));
        }
    }

    private LineServer startUnix(UnaryOperator<ListenOptions> options) {
        return start(
                Endpoint.parse("unix " + directory.resolve("s")), listener -> options.apply(listener.socketMode(0666)));
    }

    private void sendOverUnix(LineServer server) throws IOException {
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")))) {
            socket.write(ByteBuffer.wrap("one\n".getBytes(UTF_8)));
            socket.shutdownOutput();
            while (socket.read(ByteBuffer.allocate(10)) >= 0) {}
        } catch (IOException reset) {
            // Refused.
        }
        await().until(() -> server.connections().isEmpty());
    }

    private int ownId(String of) throws IOException {
        Path mine = Files.createTempFile(directory, "mine", "");
        return (int) Files.getAttribute(mine, "unix:" + of);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void letsUsersSend(boolean may) throws IOException {
        String uid = Integer.toString(ownId("uid") + (may ? 0 : 1));
        try (LineServer server = startUnix(options -> options.allowUsers(List.of("4242424", uid)))) {
            sendOverUnix(server);
            await().until(() -> lines.size() == 1 || !server.refused().isEmpty());
            assertThat(lines).hasSize(may ? 1 : 0);
            assertThat(server.refused()).isEqualTo(may ? Map.of() : Map.of(Refused.NOT_ALLOWED, 1L));
        }
    }

    @Test
    void letsGroupsSend() throws IOException {
        String gid = Integer.toString(ownId("gid"));
        try (LineServer server =
                startUnix(options -> options.allowUsers(List.of("4242424")).allowGroups(List.of(gid)))) {
            sendOverUnix(server);
            await().until(() -> lines.size() == 1);
            Origin.Credentials who = lines.element().origin().credentials().orElseThrow();
            assertThat(who)
                    .isEqualTo(
                            new Origin.Credentials((int) ProcessHandle.current().pid(), ownId("uid"), ownId("gid")));
        }
    }

    /** Root is nobody special: whom the lists do not name is refused. */
    @ParameterizedTest
    @CsvSource({"user, nobody, hello", "user, root, one", "group, nogroup, hello", "group, root, one"})
    void tellsUsersAndGroupsApart(String kind, String allowed, String stored) throws Exception {
        assumeTrue(ownId("uid") == 0 && Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs root and setpriv");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/nc")), "needs nc");
        Files.setAttribute(directory, "unix:mode", 0755);
        try (LineServer server = startUnix(options ->
                kind.equals("user") ? options.allowUsers(List.of(allowed)) : options.allowGroups(List.of(allowed)))) {
            sendOverUnix(server);
            Process nobody = new ProcessBuilder(
                            "setpriv",
                            "--reuid=nobody",
                            "--regid=nogroup",
                            "--clear-groups",
                            "sh",
                            "-c",
                            "echo hello | nc -N -U " + directory.resolve("s"))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(nobody.getInputStream().readAllBytes(), UTF_8);
            nobody.waitFor();
            await().until(() -> server.refused().equals(Map.of(Refused.NOT_ALLOWED, 1L)));
            await(said).until(() -> texts().equals(List.of(stored)));
        }
    }

    @Test
    void doesNotStartWithAnUnknownUser() {
        Path socket = directory.resolve("s");
        assertThatThrownBy(() -> startUnix(options -> options.allowGroups(List.of("none-of-that-name"))))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("cannot listen on unix " + socket + ": there is no group 'none-of-that-name'");
        assertThat(socket).doesNotExist();
    }

    private LineServer startBehindBalancer() {
        return startTcp(options -> options.proxyFrom(List.of("127.0.0.1")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesLinesOfWhomTheBalancerSpeaksFor(boolean acknowledged) throws IOException {
        try (LineServer server = startBehindBalancer();
                Socket socket = connect(server)) {
            socket.getOutputStream().write((SENDER + (acknowledged ? "accu/1\n" : "") + "one\ntwo").getBytes(US_ASCII));
            socket.shutdownOutput();
            String heard = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertThat(heard).matches(acknowledged ? "(?s)accu/1 ok.*ack 2\n" : "");
            await().until(() -> texts().equals(List.of("one", "two")));
            assertThat(peers()).containsExactly("192.0.2.1:12345");
            assertThat(server.refused()).isEmpty();
        }
    }

    @Test
    void takesHeadersWhereverTheNetworkCuts() throws IOException {
        byte[] text = (SENDER + "one\ntwo").getBytes(US_ASCII);
        try (LineServer server = startBehindBalancer()) {
            for (int at = 0; at <= text.length; at++) {
                lines.clear();
                try (Socket socket = connect(server)) {
                    socket.setTcpNoDelay(true);
                    socket.getOutputStream().write(text, 0, at);
                    await().pollDelay(Duration.ofMillis(2)).until(() -> true);
                    socket.getOutputStream().write(text, at, text.length - at);
                    socket.shutdownOutput();
                    readToTheEnd(socket);
                }
                await().until(() -> lines.size() == 2);
                assertThat(texts()).as("cut at %d", at).containsExactly("one", "two");
                assertThat(peers()).containsExactly("192.0.2.1:12345");
            }
        }
    }

    /** More than one handshake may hold comes at once behind the header. */
    @Test
    void losesNothingBehindTheHeader() throws IOException {
        int count = 100_000;
        try (LineServer server = startBehindBalancer()) {
            send(server, SENDER + "0123456789\n".repeat(count));
            await().until(() -> lines.size() == count);
            assertThat(peers()).containsExactly("192.0.2.1:12345");
        }
    }

    @Test
    void takesTheLongestHeaderAndRefusesALongerOne() throws IOException {
        try (LineServer server = startBehindBalancer()) {
            send(server, binaryHeader(4096, "one\n"));
            await().until(() -> texts().equals(List.of("one")));
            send(server, binaryHeader(4097, "two\n"));
            await().until(() -> server.refused().equals(Map.of(Refused.PROXY_HEADER, 1L)));
            assertThat(lines).hasSize(1);
        }
    }

    private static byte[] binaryHeader(int length, String behind) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("\r\n\r\n\0\r\nQUIT\n\41\21".getBytes(US_ASCII));
        bytes.write((length - 16) >> 8);
        bytes.write(length - 16);
        bytes.writeBytes(new byte[] {(byte) 192, 0, 2, 1, 10, 0, 0, 1, 0x30, 0x39, 0x0b, (byte) 0xb8});
        int content = length - 16 - 12 - 3;
        bytes.writeBytes(new byte[] {4, (byte) (content >> 8), (byte) content});
        bytes.writeBytes(new byte[content]);
        bytes.writeBytes(behind.getBytes(US_ASCII));
        return bytes.toByteArray();
    }

    @Test
    void appliesRulesToWhomTheBalancerSpeaksFor() throws IOException {
        try (LineServer server = startTcp(options -> options.proxyFrom(List.of("127.0.0.1"))
                .allow(List.of("192.0.2.0/24"))
                .deny(List.of("192.0.2.7")))) {
            send(server, SENDER + "one\n");
            send(server, SENDER.replace("192.0.2.1", "192.0.2.7") + "two\n");
            send(server, SENDER.replace("192.0.2.1", "10.0.0.1") + "three\n");
            send(server, "PROXY UNKNOWN\r\nfour\n");
            send(server, "PROXY UNKNOWN\r\n");
            await().until(() -> server.refused().equals(Map.of(Refused.NOT_ALLOWED, 3L, Refused.LEFT, 1L)));
            await().until(() -> texts().equals(List.of("one")));
        }
    }

    @Test
    void letsOnlyBalancersConnect() throws IOException {
        try (LineServer server = startTcp(options -> options.proxyFrom(List.of("10.0.0.0/8")))) {
            send(server, SENDER + "one\n");
            send(server, "one\n");
            await().until(() -> server.refused().equals(Map.of(Refused.PROXY_HEADER, 2L)));
            assertThat(lines).isEmpty();
        }
    }

    @Test
    void countsProbesAndSaysNothingOfThem() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = startBehindBalancer()) {
            send(server, "");
            send(server, "PROXY UNKNOWN\r\n");
            try (Socket reset = connect(server)) {
                reset.setSoLinger(true, 0);
            }
            await().until(() -> server.refused().equals(Map.of(Refused.LEFT, 3L)));
            assertThat(log.text()).doesNotContain("WARN", "ERROR");
        }
    }

    @Test
    void endsHandshakesThatTakeTooLong() throws IOException {
        try (LineServer server = startTcp(
                        options -> options.proxyFrom(List.of("127.0.0.1")).handshakeTimeout(Duration.ofMillis(200)));
                Socket silent = connect(server);
                Socket half = connect(server);
                Socket own = connect(server);
                Socket whole = connect(server)) {
            half.getOutputStream().write("PROXY TCP4 192.0".getBytes(US_ASCII));
            own.getOutputStream().write("PROXY UNKNOWN\r\n".getBytes(US_ASCII));
            whole.getOutputStream().write(SENDER.getBytes(US_ASCII));
            readToTheEnd(silent);
            readToTheEnd(half);
            assertThat(server.refused()).containsExactly(Map.entry(Refused.HANDSHAKE_TIMEOUT, 2L));
            await().during(Duration.ofMillis(500))
                    .until(() -> server.connections().size() == 2);
            own.getOutputStream().write("one\n".getBytes(US_ASCII));
            await().until(() -> lines.size() == 1);
            whole.getOutputStream().write("two\n".getBytes(US_ASCII));
            await().until(() -> texts().equals(List.of("one", "two")));
            InetSocketAddress address = (InetSocketAddress) own.getLocalSocketAddress();
            assertThat(peers()).containsExactly("127.0.0.1:" + address.getPort(), "192.0.2.1:12345");
        }
    }

    @Test
    void stopsWithHandshakesUnderWay() throws IOException {
        LineServer server = startBehindBalancer();
        try (Socket silent = connect(server);
                Socket half = connect(server)) {
            half.getOutputStream().write("PROXY TCP4 192.0".getBytes(US_ASCII));
            await().until(() -> server.connections().size() == 2);
            server.close();
            assertThat(server.isDrained()).isTrue();
            assertThat(server.refused()).containsExactly(Map.entry(Refused.SHUTTING_DOWN, 2L));
            readToTheEnd(silent);
        }
    }
}
