package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.client.LineClient;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.testing.ErrorOutput;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import cc.accu.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom the two ends of TLS trust: by which certificates, but for which, and when that changes. */
@Timeout(60)
class TlsTrustTest {
    private static final TestCertificates CA = TestCertificates.AUTHORITY;
    private static final TestCertificates STRANGERS = new TestCertificates("CN=strangers");
    private static final TestCertificates BRANCH = CA.intermediate("CN=branch");
    private static final String PASSWORD = "secret";

    @TempDir
    private Path directory;

    private final HeldSink sink = HeldSink.open();

    private LineServer start(TlsOptions options) {
        return LineServer.builder()
                .listen(ListenOptions.of(Endpoint.parse("tls 127.0.0.1:0")).tls(options))
                .sink(sink)
                .start();
    }

    /** A conversation of one line; gives back what TLS agreed on. */
    private static Talk talk(LineServer server, SSLContext client, String version) throws IOException {
        Endpoint.Tcp tcp = (Endpoint.Tcp) server.endpoints().get(0);
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(tcp.host(), tcp.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setApplicationProtocols(new String[] {"accu/1"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write("accu/1\nhello\n".getBytes(UTF_8));
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            in.readLine();
            if (!"ack 1".equals(in.readLine())) {
                throw new IOException("not acknowledged");
            }
            return new Talk(
                    socket.getSession().getCreationTime(),
                    ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber());
        }
    }

    /**
     * What a connection is known by.
     *
     * @param session when it was made; another that resumes it has the same
     * @param server the number of the server's certificate
     */
    private record Talk(long session, BigInteger server) {}

    private static void reload(LineServer server, ErrorOutput log) {
        server.reloadCertificates();
        await().until(() -> log.text().contains(server.endpoints().get(0) + ": has read its certificate again"));
    }

    /** A session from before would be a way around the new rules. */
    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, authority, not trusted here",
        "TLSv1.3, authority, not trusted here",
        "TLSv1.2, revoked, its certificate is revoked",
        "TLSv1.3, revoked, its certificate is revoked"
    })
    void refusesWhomItTrustedBeforeAlsoWhenTheyResume(String version, String change, String words) throws Exception {
        X509Bundle device = CA.issue("CN=device-" + change + version, builder -> builder);
        TlsOptions options = CA.askingServer(directory).withRevocations(CA.revocationsFile(directory));
        SSLContext client = CA.clientContext(device);
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(options)) {
            Talk first = talk(server, client, version);
            assertThat(talk(server, client, version)).as("resumed").isEqualTo(first);
            if (change.equals("authority")) {
                STRANGERS.rootFile(directory); // in the place of the other
            } else {
                CA.revoke(device);
                CA.revocationsFile(directory);
            }
            reload(server, log);
            assertThatThrownBy(() -> talk(server, client, version)).isInstanceOf(IOException.class);
            await().until(() -> server.refused().equals(Map.of(Refused.TLS_FAILED, 1L)));
            assertThat(log.text()).contains(words);
            if (change.equals("revoked")) {
                talk(server, CA.clientContext(CA.issue("CN=other", builder -> builder)), version);
            }
        }
        assertThat(sink.count()).isEqualTo(change.equals("revoked") ? 3 : 2);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void refusesWhoseCertificateHasExpiredAlsoWhenTheyResume(String version) throws Exception {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(5);
        SSLContext client = CA.clientContext(CA.issue("CN=short-" + version, builder -> builder.notAfter(end)));
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(CA.askingServer(directory))) {
            Talk first = talk(server, client, version);
            assertThat(talk(server, client, version)).as("resumed").isEqualTo(first);
            await().until(() -> Instant.now().isAfter(end.plusMillis(10)));
            assertThatThrownBy(() -> talk(server, client, version))
                    .as("no end in order, which would say that all was taken")
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("(?s).*([Rr]eset|[Bb]roken pipe).*");
            await().until(() -> server.refused().equals(Map.of(Refused.TLS_FAILED, 1L)));
            assertThat(log.text()).contains("its certificate has expired");
        }
        assertThat(sink.count()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void showsItsNewCertificateToWhoHasASessionOfTheOldOne(String version) throws Exception {
        TlsOptions options = CA.server(directory);
        SSLContext client = CA.clientContext();
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(options)) {
            Talk first = talk(server, client, version);
            assertThat(talk(server, client, version)).as("resumed").isEqualTo(first);
            TestCertificates.options(directory, "server", CA.issue("CN=new", TestCertificates::ofThisHost));
            reload(server, log);
            assertThat(talk(server, client, version).server()).isNotEqualTo(first.server());
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, its certificate expired at", "5, its certificate expires at", "20, ''"})
    void warnsBeforeItsCertificateExpires(int days, String words) throws Exception {
        Instant end = Instant.now().plus(Duration.ofDays(days));
        X509Bundle own = CA.issue(
                "CN=localhost",
                builder -> TestCertificates.ofThisHost(builder)
                        .notBefore(end.minus(Duration.ofDays(30)))
                        .notAfter(end));
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(TestCertificates.options(directory, "own", own))) {
            assertThat(server.endpoints()).hasSize(1);
            if (words.isEmpty()) {
                assertThat(log.text()).isEmpty();
            } else {
                assertThat(log.text()).contains(words);
            }
        }
    }

    /** The JDK takes a list for a quarter of an hour more. */
    @Test
    void refusesEverybodyOfAListThatIsOver() throws Exception {
        TlsOptions options = CA.askingServer(directory)
                .withRevocations(CA.revocationsFile(directory, Instant.now().minusSeconds(60)));
        SSLContext client = CA.clientContext(CA.issue("CN=one", builder -> builder));
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(options)) {
            assertThat(log.text()).contains("is known until");
            assertThatThrownBy(() -> talk(server, client, "TLSv1.3")).isInstanceOf(IOException.class);
            await().until(() -> server.refused().equals(Map.of(Refused.TLS_FAILED, 1L)));
            assertThat(log.text()).contains("there is no list of its authority that is valid now");
        }
        assertThat(sink.count()).isZero();
    }

    /** Whoever cannot know does not let in. */
    @Test
    void refusesWhomNoListIsAbout() throws Exception {
        TlsOptions options = CA.askingServer(directory).withRevocations(STRANGERS.revocationsFile(directory));
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(options)) {
            SSLContext client = CA.clientContext(CA.issue("CN=device", builder -> builder));
            assertThatThrownBy(() -> talk(server, client, "TLSv1.3")).isInstanceOf(IOException.class);
            await().until(() -> server.refused().equals(Map.of(Refused.TLS_FAILED, 1L)));
            assertThat(log.text()).contains("whether its certificate is revoked is not known");
        }
    }

    /** How certificates are kept. */
    enum Kept {
        PEM {
            @Override
            TlsOptions keep(Path directory, X509Bundle own, boolean whole) throws Exception {
                TlsOptions options = TestCertificates.options(directory, "own", own);
                if (!whole) {
                    Files.writeString(options.certificate().orElseThrow(), own.getCertificatePEM());
                }
                return options;
            }
        },
        PKCS12 {
            @Override
            TlsOptions keep(Path directory, X509Bundle own, boolean whole) throws Exception {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                Certificate[] path = whole ? own.getCertificatePath() : new Certificate[] {own.getCertificate()};
                store.setKeyEntry("own", own.getKeyPair().getPrivate(), PASSWORD.toCharArray(), path);
                Path file = directory.resolve("own.p12");
                try (OutputStream out = Files.newOutputStream(file)) {
                    store.store(out, PASSWORD.toCharArray());
                }
                return TlsOptions.DEFAULT
                        .withCertificate(file)
                        .withPassword(Files.writeString(directory.resolve("password"), PASSWORD));
            }
        };

        /** @param whole with the certificates that lead to the authority */
        abstract TlsOptions keep(Path directory, X509Bundle own, boolean whole) throws Exception;
    }

    private void send(LineServer server, TlsOptions client) throws IOException {
        try (LineClient sender =
                LineClient.builder().tls(client).connect(server.endpoints().get(0))) {
            sender.send("hello");
        }
    }

    @ParameterizedTest
    @CsvSource({"PEM, true", "PEM, false", "PKCS12, true", "PKCS12, false"})
    void trustsAServerByThoseBetweenItAndTheAuthority(Kept kept, boolean whole) throws Exception {
        X509Bundle own = BRANCH.issue("CN=localhost", TestCertificates::ofThisHost);
        try (LineServer server = start(kept.keep(directory, own, whole))) {
            if (whole) {
                send(server, CA.client(directory));
            } else {
                assertThatThrownBy(() -> send(server, CA.client(directory)))
                        .isInstanceOf(ConnectException.class)
                        .hasMessageContaining("comes without those that lead to one that is");
            }
        }
        assertThat(sink.count()).isEqualTo(whole ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"PEM, true", "PEM, false", "PKCS12, true", "PKCS12, false"})
    void trustsASenderByThoseBetweenItAndTheAuthority(Kept kept, boolean whole) throws Exception {
        TlsOptions client = kept.keep(directory, BRANCH.issue("CN=device", builder -> builder), whole)
                .withAuthorities(CA.rootFile(directory));
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start(CA.askingServer(directory))) {
            if (whole) {
                send(server, client);
                assertThat(sink.lines().get(0).origin().subject()).contains("CN=device");
            } else {
                assertThatThrownBy(() -> send(server, client)).isInstanceOf(IOException.class);
                await().until(() -> server.refused().equals(Map.of(Refused.TLS_FAILED, 1L)));
                assertThat(log.text()).contains("it has none that leads to an authority that is asked for");
            }
        }
        assertThat(sink.count()).isEqualTo(whole ? 1 : 0);
    }
}
