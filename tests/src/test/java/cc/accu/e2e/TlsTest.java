package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.client.LineClient;
import cc.accu.line.End;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.testing.ErrorOutput;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.Refused;
import cc.accu.transport.TlsOptions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, between our two ends and with the JDK's at one of them. What holds on every wire is in the tests of all wires. */
@Timeout(60)
class TlsTest {
    private static final TestCertificates CA = TestCertificates.AUTHORITY;
    private static final TestCertificates STRANGERS = new TestCertificates("CN=strangers");
    private static final Endpoint ANY = Endpoint.parse("tls 127.0.0.1:0");

    @TempDir
    private Path directory;

    private final HeldSink sink = HeldSink.open();

    private LineServer start(TlsOptions options) {
        return start(ListenOptions.of(ANY).tls(options));
    }

    private LineServer start(ListenOptions options) {
        return LineServer.builder().listen(options).sink(sink).start();
    }

    private static Endpoint.Tcp endpoint(LineServer server) {
        return (Endpoint.Tcp) server.endpoints().get(0);
    }

    private static SSLSocket connect(LineServer server, String... versions) throws IOException {
        Endpoint.Tcp tcp = endpoint(server);
        SSLSocket socket = (SSLSocket) CA.clientContext().getSocketFactory().createSocket(tcp.host(), tcp.port());
        socket.setEnabledProtocols(versions);
        socket.startHandshake();
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /** The next lines that the server says. */
    private static List<String> heard(Socket socket, int lines) throws IOException {
        socket.setSoTimeout(10_000);
        BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        List<String> heard = new ArrayList<>();
        while (heard.size() < lines) {
            heard.add(String.valueOf(reader.readLine()));
        }
        return heard;
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    private void send(LineServer server, TlsOptions client, String message) throws IOException {
        try (LineClient sender = LineClient.builder().tls(client).connect(endpoint(server))) {
            sender.send(message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void acknowledgesOverBothVersions(String version) throws Exception {
        try (LineServer server = start(CA.server(directory));
                SSLSocket socket = connect(server, version)) {
            write(socket, "accu/1\none\ntwo\n");
            assertThat(heard(socket, 2)).endsWith("ack 2");
        }
        assertThat(sink.texts()).containsExactly("one", "two");
    }

    /** TLS 1.3 can end one direction, as TCP can. */
    @Test
    void answersASenderThatHasEndedItsOutput() throws Exception {
        try (LineServer server = start(CA.server(directory));
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\nlast").endsInput();
            assertThat(peer.hearsUntilClosed()).endsWith("ack 2\n");
        }
        assertThat(sink.lines().get(1).end()).contains(End.EOF);
    }

    /** Whoever closes without close_notify may have been cut off by somebody else. */
    @Test
    void takesAnEndWithoutCloseNotifyForAReset() throws Exception {
        try (LineServer server = start(CA.server(directory))) {
            Endpoint.Tcp tcp = endpoint(server);
            try (Socket below = new Socket(tcp.host(), tcp.port())) {
                SSLSocket socket = (SSLSocket)
                        CA.clientContext().getSocketFactory().createSocket(below, tcp.host(), tcp.port(), false);
                write(socket, "one\nlast");
                await().until(() -> sink.count() == 1);
                below.shutdownOutput();
                await().until(() -> sink.count() == 2);
            }
        }
        assertThat(sink.lines().get(1).end()).contains(End.RESET);
    }

    /** A ticket that it does not read would become a reset at its close, and destroy what it has in flight. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void losesNothingOfASenderThatNeverReads(String version) throws Exception {
        int lines = 20_000;
        try (LineServer server = start(CA.server(directory))) {
            SSLSocket socket = connect(server, version);
            String block = ("x".repeat(100) + "\n").repeat(100);
            for (int i = 0; i < lines / 100; i++) {
                write(socket, block);
            }
            socket.close();
            await().atMost(20, TimeUnit.SECONDS).until(() -> sink.count() == lines);
            await().until(() -> server.connections().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resumesSessionsOfConversationsAlone(boolean conversation) throws Exception {
        var context = CA.clientContext();
        try (LineServer server = start(CA.server(directory))) {
            Endpoint.Tcp tcp = endpoint(server);
            Instant first = null;
            for (int i = 0; i < 3; i++) {
                try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(tcp.host(), tcp.port())) {
                    var parameters = socket.getSSLParameters();
                    parameters.setProtocols(new String[] {"TLSv1.3"});
                    parameters.setApplicationProtocols(conversation ? new String[] {"accu/1"} : new String[0]);
                    socket.setSSLParameters(parameters);
                    write(socket, "accu/1\nhello\n");
                    assertThat(heard(socket, 2)).endsWith("ack 1");
                    SSLSession session = socket.getSession();
                    Instant made = Instant.ofEpochMilli(session.getCreationTime());
                    first = first == null ? made : first;
                    assertThat(made.equals(first)).as("resumed").isEqualTo(conversation || i == 0);
                }
                Thread.sleep(5); // the time of a session is in milliseconds
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1400})
    void worksHoweverTheNetworkCuts(int bytesInEach) throws Exception {
        try (LineServer server = start(CA.askingServer(directory));
                Relay relay = new Relay(endpoint(server).port(), bytesInEach)) {
            Endpoint through = Endpoint.parse("tls 127.0.0.1:" + relay.port());
            TlsOptions device = CA.client(directory, "CN=device-7");
            try (LineClient client =
                    LineClient.builder().tls(device).acknowledged().connect(through)) {
                client.send("one");
                client.send("x".repeat(3_000)).get(20, TimeUnit.SECONDS);
            }
            try (LineClient client = LineClient.builder().tls(device).connect(through)) {
                client.send("plain");
            }
        }
        assertThat(sink.texts()).containsExactly("one", "x".repeat(3_000), "plain");
    }

    @Test
    void knowsWhomACertificateNames() throws Exception {
        try (LineServer server =
                start(ListenOptions.of(ANY).tls(CA.askingServer(directory)).tlsAllowed("CN=device-*,O=Acme"))) {
            send(server, CA.client(directory, "CN=device-7,O=Acme"), "mine");
            assertThat(sink.texts()).containsExactly("mine");
            assertThat(sink.lines().get(0).origin().subject()).contains("CN=device-7,O=Acme");
            assertThat(sink.lines().get(0).origin().sender()).endsWith(",CN=device-7,O=Acme");
            assertThatThrownBy(() -> send(server, CA.client(directory, "CN=device-7"), "not"))
                    .isInstanceOf(IOException.class);
            await().until(() -> server.refused().equals(Map.of(Refused.NOT_ALLOWED, 1L)));
            assertThatThrownBy(() -> send(server, CA.client(directory), "not")).isInstanceOf(IOException.class);
            await().until(() -> server.refused().equals(Map.of(Refused.NOT_ALLOWED, 1L, Refused.TLS_FAILED, 1L)));
            TlsOptions stranger =
                    STRANGERS.client(directory, "CN=device-7,O=Acme").withAuthorities(CA.rootFile(directory));
            assertThatThrownBy(() -> send(server, stranger, "not")).isInstanceOf(IOException.class);
            await().until(() -> server.refused().equals(Map.of(Refused.NOT_ALLOWED, 1L, Refused.TLS_FAILED, 2L)));
            assertThat(server.books().received()).isEqualTo(1);
        }
    }

    @Test
    void namesWhoHasNoSubjectByAnotherName() throws Exception {
        X509Bundle spiffe =
                CA.issue("", builder -> builder.addSanUriName(java.net.URI.create("spiffe://acme/device-7")));
        TlsOptions client =
                TestCertificates.options(directory, "spiffe", spiffe).withAuthorities(CA.rootFile(directory));
        try (LineServer server =
                start(ListenOptions.of(ANY).tls(CA.askingServer(directory)).tlsAllowed("URI=spiffe://acme/*"))) {
            send(server, client, "mine");
        }
        assertThat(sink.lines().get(0).origin().subject()).contains("URI=spiffe://acme/device-7");
    }

    private static CertificateBuilder expired(CertificateBuilder builder) {
        return TestCertificates.ofThisHost(builder)
                .notBefore(Instant.now().minus(Duration.ofDays(10)))
                .notAfter(Instant.now().minus(Duration.ofDays(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "expired, has expired",
        "other host, is for another name",
        "stranger, not trusted here",
        "plain, 'does not speak TLS'",
        "silent, i/o timeout in the TLS handshake",
        "closing, closed the connection in the TLS handshake",
        "resetting, 'closed the connection in the TLS handshake|connection reset by peer'"
    })
    void tellsWhyAServerIsNotTheRightOne(String kind, String words) throws Exception {
        TlsOptions own = switch (kind) {
            case "expired" -> TestCertificates.options(directory, "s", CA.issue("CN=localhost", TlsTest::expired));
            case "other host" ->
                TestCertificates.options(
                        directory, "s", CA.issue("CN=localhost", builder -> builder.addSanDnsName("example.org")));
            case "stranger" -> STRANGERS.server(directory);
            default -> CA.server(directory);
        };
        LineClient.Builder client =
                LineClient.builder().tls(CA.client(directory)).connectTimeout(Duration.ofSeconds(2));
        if (List.of("plain", "silent", "closing", "resetting").contains(kind)) {
            try (ServerSocket other = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
                Thread answering = new Thread(() -> answer(other, kind));
                answering.start();
                assertThatThrownBy(() -> client.connect(Endpoint.parse("tls 127.0.0.1:" + other.getLocalPort())))
                        .isInstanceOf(ConnectException.class)
                        .hasMessageFindingMatch(words);
                answering.interrupt();
            }
            return;
        }
        try (LineServer server = start(own)) {
            assertThatThrownBy(() -> client.connect(endpoint(server)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining(words);
            try (LineClient blind = LineClient.builder()
                    .tls(TlsOptions.DEFAULT.withoutVerification())
                    .connect(endpoint(server))) {
                blind.send("to anybody");
            }
        }
        assertThat(sink.texts()).containsExactly("to anybody");
    }

    private static void answer(ServerSocket other, String kind) {
        try (Socket accepted = other.accept()) {
            switch (kind) {
                case "plain" -> {
                    write(accepted, "220 mail.example.org ready\r\n");
                    accepted.getInputStream().readAllBytes();
                }
                case "silent" -> accepted.getInputStream().readAllBytes();
                case "resetting" -> accepted.setSoLinger(true, 0);
                default -> {
                    accepted.getInputStream().read(new byte[32 * 1024]);
                    accepted.shutdownOutput();
                    accepted.getInputStream().readAllBytes();
                }
            }
        } catch (IOException ended) {
            assertThat(ended).isNotNull();
        }
    }

    @Test
    void knowsAServerByTheNameThatItIsGiven() throws Exception {
        X509Bundle other = CA.issue("CN=log", builder -> builder.addSanDnsName("log.example.org"));
        try (LineServer server = start(TestCertificates.options(directory, "s", other))) {
            send(server, CA.client(directory).withServerName("log.example.org"), "there");
        }
        assertThat(sink.texts()).containsExactly("there");
    }

    @Test
    void doesNotTakeAServersEndWithoutCloseNotifyForDelivery() throws Exception {
        try (LineServer server = start(CA.server(directory));
                Relay relay = new Relay(endpoint(server).port(), 16 * 1024)) {
            relay.cutsTheServersLastWords();
            LineClient client = LineClient.builder()
                    .tls(CA.client(directory))
                    .connect(Endpoint.parse("tls 127.0.0.1:" + relay.port()));
            client.send("x".repeat(Relay.MUCH));
            assertThatThrownBy(client::close)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("without TLS's close_notify");
        }
    }

    @Test
    void readsItsCertificateAgainWhenALinkLeadsElsewhere() throws Exception {
        Path first = Files.createDirectory(directory.resolve("first"));
        Path second = Files.createDirectory(directory.resolve("second"));
        CA.server(first);
        STRANGERS.server(second);
        Path live = Files.createSymbolicLink(directory.resolve("live"), first);
        TlsOptions options =
                TlsOptions.DEFAULT.withCertificate(live.resolve("server.pem")).withKey(live.resolve("server.key"));
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(options);
                LineClient open = LineClient.builder().tls(CA.client(directory)).connect(endpoint(server))) {
            open.send("one").get(10, TimeUnit.SECONDS);
            Path next = Files.createSymbolicLink(directory.resolve("next"), second);
            Files.move(next, live, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> certificateOf(server)
                            .getIssuerX500Principal()
                            .equals(STRANGERS.root().getSubjectX500Principal()));
            open.send("two");
            await().until(() -> sink.count() == 2);
            assertThat(log.text()).contains("has read its certificate again");
        }
    }

    private static X509Certificate certificateOf(LineServer server) throws IOException {
        Endpoint.Tcp tcp = endpoint(server);
        try (SSLSocket socket =
                (SSLSocket) STRANGERS.clientContext(CA).getSocketFactory().createSocket(tcp.host(), tcp.port())) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @ParameterizedTest
    @CsvSource({"half, the key in", "garbage, no certificate in it", "gone, no such file"})
    void keepsItsCertificateWhenTheNewOneIsNoGood(String kind, String words) throws Exception {
        TlsOptions options = CA.server(directory);
        Path certificate = options.certificate().orElseThrow();
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(options)) {
            switch (kind) {
                case "half" ->
                    Files.writeString(certificate, CA.issue("CN=other", b -> b).getCertificatePEM());
                case "garbage" -> Files.writeString(certificate, "not PEM");
                default -> Files.delete(certificate);
            }
            server.reloadCertificates();
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> log.text().contains("goes on with the certificate that it has"));
            assertThat(log.text()).contains(words);
            send(server, CA.client(directory), "still");
            CA.server(directory);
            await().atMost(10, TimeUnit.SECONDS).until(() -> log.text().contains("has read its certificate again"));
            send(server, CA.client(directory), "again");
        }
        assertThat(sink.texts()).containsExactly("still", "again");
    }

    @ParameterizedTest
    @CsvSource({
        "none, TLS needs a certificate and its key",
        "no key, there is no key in it",
        "other key, is not that of the certificate",
        "no file, no such file",
        "password, the password"
    })
    void doesNotStartWithoutACertificateThatFits(String kind, String words) throws Exception {
        TlsOptions good = CA.server(directory);
        Path other = Files.writeString(
                directory.resolve("other"), CA.issue("CN=o", b -> b).getPrivateKeyPEM());
        TlsOptions bad = switch (kind) {
            case "none" -> TlsOptions.DEFAULT;
            case "no key" ->
                TlsOptions.DEFAULT.withCertificate(good.certificate().orElseThrow());
            case "other key" -> good.withKey(other);
            case "no file" -> good.withCertificate(directory.resolve("nowhere"));
            default -> good.withPassword(directory.resolve("nowhere"));
        };
        assertThatThrownBy(() -> start(bad))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("cannot listen on tls 127.0.0.1:0")
                .hasMessageContaining(words);
    }

    @Test
    void turnsAwayWhoSpeaksNoTls() throws Exception {
        try (LineServer server = start(CA.server(directory))) {
            for (String said : new String[] {"hello\n", "GET / HTTP/1.1\r\n\r\n", "accu/1\n"}) {
                try (Socket socket =
                        new Socket(endpoint(server).host(), endpoint(server).port())) {
                    write(socket, said);
                    assertThat(endsAtOnce(socket)).isTrue();
                }
            }
            assertThat(server.refused()).containsExactly(Map.entry(Refused.WRONG_PROTOCOL, 3L));
            assertThat(server.books().received()).isZero();
        }
    }

    @Test
    void saysThatARequestInsideTlsIsTakenAsMessages() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(CA.server(directory));
                SSLSocket socket = connect(server, "TLSv1.3")) {
            write(socket, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await().untilAsserted(() -> assertThat(log.text()).contains("sends an HTTP request"));
            await().untilAsserted(() -> assertThat(sink.texts()).contains("GET /healthz HTTP/1.1"));
        }
    }

    private static boolean endsAtOnce(Socket socket) throws IOException {
        socket.setSoTimeout(5_000);
        try {
            return socket.getInputStream().readAllBytes().length == 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Test
    void doesNotWaitForEverForAHandshake() throws Exception {
        try (LineServer server = start(
                        ListenOptions.of(ANY).tls(CA.server(directory)).handshakeTimeout(Duration.ofMillis(300)));
                Socket silent =
                        new Socket(endpoint(server).host(), endpoint(server).port());
                Socket half =
                        new Socket(endpoint(server).host(), endpoint(server).port())) {
            half.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
            assertThat(endsAtOnce(silent)).isTrue();
            assertThat(endsAtOnce(half)).isTrue();
            assertThat(server.refused()).containsExactly(Map.entry(Refused.HANDSHAKE_TIMEOUT, 2L));
        }
    }

    @Test
    void countsAProbeAndSaysNothing() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(CA.server(directory))) {
            new Socket(endpoint(server).host(), endpoint(server).port()).close();
            await().until(() -> server.refused().equals(Map.of(Refused.LEFT, 1L)));
            assertThat(log.text()).doesNotContain("WARN", "ERROR");
        }
    }

    @Test
    void endsAnAttemptToRenegotiate() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(CA.server(directory));
                SSLSocket socket = connect(server, "TLSv1.2")) {
            write(socket, "one\n");
            await().until(() -> sink.count() == 1);
            socket.startHandshake();
            assertThatThrownBy(() -> text(socket.getInputStream())).isInstanceOf(IOException.class);
            await().until(() -> log.text().contains("renegotiation"));
            await().until(() -> server.connections().isEmpty());
            assertThat(log.text().lines()).hasSize(1);
        }
    }

    /** Between a client and a server: passes everything on in pieces. */
    private static final class Relay implements AutoCloseable {
        static final int MUCH = 50_000;

        private final ServerSocket listener = new ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress());
        private final int to;
        private final int bytesInEach;
        private volatile boolean cutting;
        private final AtomicInteger said = new AtomicInteger();

        Relay(int to, int bytesInEach) throws IOException {
            this.to = to;
            this.bytesInEach = bytesInEach;
            daemon(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        /** Once the client has said much, the server is heard no more. */
        void cutsTheServersLastWords() {
            cutting = true;
        }

        private static void daemon(Runnable work) {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    Socket server = new Socket(listener.getInetAddress(), to);
                    client.setTcpNoDelay(true);
                    server.setTcpNoDelay(true);
                    daemon(() -> pass(client, server, true));
                    daemon(() -> pass(server, client, false));
                }
            } catch (IOException closed) {
                assertThat(closed).isNotNull();
            }
        }

        private void pass(Socket from, Socket into, boolean fromClient) {
            byte[] piece = new byte[bytesInEach];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream();
                for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                    if (fromClient) {
                        said.addAndGet(length);
                    }
                    if (fromClient || !cutting || said.get() < MUCH) {
                        out.write(piece, 0, length);
                    }
                }
                into.shutdownOutput();
            } catch (IOException ended) {
                assertThat(ended).isNotNull();
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
