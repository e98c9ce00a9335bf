package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged server behind haproxy. */
@Timeout(120)
class BalancerIT {
    private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");
    private static final Duration START = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final int front = FreePort.find();

    @BeforeAll
    static void needsHaproxy() {
        assumeTrue(Files.isExecutable(HAPROXY), "needs " + HAPROXY + ": apt-get install haproxy");
    }

    @BeforeEach
    void letOthersIn() throws IOException {
        Files.setAttribute(directory, "unix:mode", 0755);
    }

    private Jar server(String... options) throws IOException {
        return server(List.of(options));
    }

    private Jar server(List<String> options) throws IOException {
        Jar server = Jar.start("server", directory, options.toArray(String[]::new));
        server.awaitReady();
        return server;
    }

    private static int port(Jar server) {
        return server.awaitTcp().get(0).port();
    }

    /** What stands behind {@code server} in its configuration; PORT is the port of ours. */
    private Jar balancer(Jar server, String options) throws IOException {
        String address = "127.0.0.1:" + port(server);
        Jar balancer = balancer(String.format(
                "defaults%n mode tcp%n timeout connect 5s%n timeout client 1m%n timeout server 1m%n"
                        + "frontend lines%n bind 127.0.0.1:%d%n bind unix@%s mode 666%n"
                        + " unique-id-format %%[uuid()]%n default_backend servers%n"
                        + "backend servers%n server accu %s %s%n",
                front, unixFront(), address, options.replace("PORT", Integer.toString(port(server)))));
        await().atMost(START).until(() -> acceptsOnUnix() || !balancer.isAlive());
        return balancer;
    }

    private Path unixFront() {
        return directory.resolve("front");
    }

    private Jar balancer(String configuration) throws IOException {
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), configuration);
        Jar balancer = Jar.start(List.of(HAPROXY.toString(), "-db", "-f", file.toString()), directory);
        await().atMost(START).until(() -> accepts() || !balancer.isAlive());
        assertThat(balancer.isAlive()).as(balancer.err()).isTrue();
        return balancer;
    }

    private boolean accepts() {
        try (Socket socket = connect()) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private boolean acceptsOnUnix() {
        try (SocketChannel socket = connectOnUnix()) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private SocketChannel connectOnUnix() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(unixFront()));
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), front);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "send-proxy",
                "send-proxy-v2",
                "send-proxy-v2 proxy-v2-options unique-id,crc32c,ssl,cert-cn",
                "send-proxy check inter 50ms",
                "send-proxy-v2 check inter 50ms",
                "send-proxy-v2 check check-send-proxy inter 50ms",
                "send-proxy-v2 check port PORT inter 50ms"
            })
    void showsTheSendersOwnPort(String options) throws Exception {
        try (Jar server = server("tcp://127.0.0.1:0?proxy-from=127.0.0.1");
                Jar balancer = balancer(server, options);
                Socket one = connect();
                Socket two = connect()) {
            int linesAtTheStart = server.errLines().size();
            send(one, "first of one\nsecond of ");
            send(two, "first of two\n");
            send(one, "one\n");
            await().until(() -> server.countOutLines() == 3);
            assertThat(server.out())
                    .contains(
                            " 127.0.0.1:" + one.getLocalPort() + " first of one\n",
                            " 127.0.0.1:" + one.getLocalPort() + " second of one\n",
                            " 127.0.0.1:" + two.getLocalPort() + " first of two\n");
            if (options.contains("check")) {
                await().pollDelay(Duration.ofMillis(600)).until(() -> true); // some ten probes
            }
            assertThat(balancer.err() + balancer.out()).doesNotContain("DOWN");
            assertThat(server.errLines()).hasSize(linesAtTheStart);
            assertThat(server.stops()).isZero();
            Matcher refused =
                    Pattern.compile("refused=(\\d+)( \\(left=\\1\\))?\n").matcher(server.err());
            assertThat(refused.find()).as(server.err()).isTrue();
            // Without a header haproxy is content with less than a whole connection, of which no server hears.
            boolean probes = options.contains("check") && !options.contains("port");
            assertThat(Integer.parseInt(refused.group(1))).isGreaterThanOrEqualTo(probes ? 3 : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void takesLinesThatCameToTheBalancerOverAUnixSocket(String options) throws Exception {
        try (Jar server = server("tcp://127.0.0.1:0?proxy-from=127.0.0.1");
                Jar balancer = balancer(server, options);
                SocketChannel socket = connectOnUnix()) {
            socket.write(ByteBuffer.wrap("hello\n".getBytes(UTF_8)));
            await().until(() -> server.countOutLines() == 1);
            assertThat(server.out()).matches("\\S+ (127\\.0\\.0\\.1:\\d+|unix\\S*) hello\n");
            assertThat(balancer.isAlive()).isTrue();
        }
    }

    @Test
    void carriesAcknowledgementsAndAllThatIsSent() throws Exception {
        Path file = directory.resolve("in.txt");
        Files.write(file, IntStream.range(0, 200_000).mapToObj(i -> "line " + i).toList());
        try (Jar server = server("tcp://127.0.0.1:0?proxy-from=127.0.0.1", "--to", "stdout?format=raw");
                Jar balancer = balancer(server, "send-proxy-v2");
                Jar client = Jar.start(
                        "client", directory, "tcp", "127.0.0.1:" + front, "--ack", "--file", file.toString())) {
            assertThat(client.ends()).as(client.err()).isZero();
            assertThat(balancer.isAlive()).isTrue();
            assertThat(server.outFile()).hasSameTextualContentAs(file);
        }
    }

    @Test
    void saysWhatIsMissingWhenTheBalancerSendsNoHeader() throws Exception {
        try (Jar server = server("tcp://127.0.0.1:0?proxy-from=127.0.0.1");
                Jar balancer = balancer(server, "");
                Socket socket = connect()) {
            send(socket, "hello\n");
            await().until(() -> server.err().contains("have the load balancer send one"));
            assertThat(balancer.isAlive()).isTrue();
            assertThat(server.out()).isEmpty();
        }
    }

    /** The two that the page shows work together. */
    @Test
    void worksAsThePageShows() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "network.md"));
        String address = find(page, "java -jar server\\.jar '(tcp://127\\.0\\.0\\.1:3001\\?\\S+)'");
        String configuration = find(page, "(?s)```haproxy\n(.*?)```");
        try (Jar server = server(address.replace(":3001", ":0"));
                Jar balancer = balancer(configuration
                        .replace("bind :3000", "bind 127.0.0.1:" + front)
                        .replace("127.0.0.1:3001", "127.0.0.1:" + port(server)));
                Socket socket = connect()) {
            send(socket, "hello\n");
            await().until(() -> server.countOutLines() == 1);
            assertThat(server.out()).endsWith(" 127.0.0.1:" + socket.getLocalPort() + " hello\n");
            assertThat(balancer.err() + balancer.out()).doesNotContain("WARNING", "ALERT");
        }
    }

    private static String find(String page, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(page);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }
}
