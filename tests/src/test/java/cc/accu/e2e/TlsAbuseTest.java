package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.testing.ErrorOutput;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What TLS lets a sender do that no sender needs. */
@Timeout(60)
class TlsAbuseTest {
    private static final TestCertificates CA = TestCertificates.AUTHORITY;
    private static final Path OPENSSL = Path.of("/usr/bin/openssl");

    @TempDir
    private Path directory;

    private final HeldSink sink = HeldSink.open();

    private LineServer start() {
        return LineServer.builder()
                .listen(ListenOptions.of(Endpoint.parse("tls 127.0.0.1:0")).tls(CA.server(directory)))
                .sink(sink)
                .start();
    }

    private static Endpoint.Tcp endpoint(LineServer server) {
        return (Endpoint.Tcp) server.endpoints().get(0);
    }

    /**
     * Another's TLS, in a conversation: types {@code text}, and hangs up when it has heard {@code last} or the server has
     * closed; all that it says.
     */
    private String openssl(LineServer server, String text, String last, String... options) throws Exception {
        Endpoint.Tcp tcp = endpoint(server);
        List<String> words = new ArrayList<>(
                List.of(OPENSSL.toString(), "s_client", "-connect", tcp.host() + ":" + tcp.port(), "-alpn", "accu/1"));
        words.addAll(List.of(options));
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        try (OutputStream in = process.getOutputStream();
                InputStream out = process.getInputStream()) {
            in.write(text.getBytes(UTF_8));
            in.flush();
            byte[] some = new byte[4096];
            for (int length = out.read(some); length >= 0; length = out.read(some)) {
                said.append(new String(some, 0, length, UTF_8));
                if (said.indexOf(last) >= 0) {
                    break;
                }
            }
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said.toString();
    }

    /** A session that allows early data, made of one that does not: what a server allows, a client need not respect. */
    private static String allowingEarlyData(String session) throws IOException {
        byte[] der = Base64.getMimeDecoder()
                .decode(session.replaceAll("(?s).*-----BEGIN SSL SESSION PARAMETERS-----|-----END.*", ""));
        ByteBuffer fields = ByteBuffer.wrap(der);
        skipHead(fields);
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        byte[] atMost16KiB = {(byte) 0xaf, 4, 2, 2, 0x40, 0};
        boolean added = false;
        while (fields.hasRemaining()) {
            int start = fields.position();
            if (!added && (fields.get(start) & 0xff) > 0xaf) { // by their tags, in order
                changed.write(atMost16KiB);
                added = true;
            }
            int length = skipHead(fields);
            fields.position(fields.position() + length);
            changed.write(der, start, fields.position() - start);
        }
        assertThat(added).isTrue();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(new byte[] {0x30, (byte) 0x82, (byte) (changed.size() >> 8), (byte) changed.size()});
        changed.writeTo(all);
        return "-----BEGIN SSL SESSION PARAMETERS-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(all.toByteArray())
                + "\n-----END SSL SESSION PARAMETERS-----\n";
    }

    /** The length of what stands behind it. */
    private static int skipHead(ByteBuffer der) {
        der.get();
        int length = der.get() & 0xff;
        if (length < 0x80) {
            return length;
        }
        int value = 0;
        for (int i = 0; i < length - 0x80; i++) {
            value = (value << 8) | (der.get() & 0xff);
        }
        return value;
    }

    /** It could be sent again by anybody who saw it. */
    @Test
    void storesNoEarlyData() throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL), "skipped: needs " + OPENSSL);
        Path session = directory.resolve("session");
        Path allowing = directory.resolve("allowing");
        Path early = Files.writeString(directory.resolve("early"), "accu/1\nearly\n");
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start()) {
            openssl(server, "accu/1\nfirst\n", "ack 1", "-tls1_3", "-sess_out", session.toString());
            Files.writeString(allowing, allowingEarlyData(Files.readString(session)));
            assertThat(openssl(
                            server,
                            "accu/1\nlate\n",
                            "ack 1",
                            "-sess_in",
                            allowing.toString(),
                            "-early_data",
                            early.toString()))
                    .contains("Early data was rejected")
                    .doesNotContain("ack 1");
            await().until(() -> server.refused().equals(Map.of(Refused.TLS_FAILED, 1L)));
            assertThat(log.text()).contains("early data, which is not served");
            assertThat(openssl(server, "accu/1\nsecond\n", "ack 1", "-sess_in", session.toString()))
                    .contains("Reused, TLSv1.3", "ack 1");
        }
        assertThat(sink.texts()).containsExactly("first", "second");
    }

    private static void isServed(LineServer server) throws IOException {
        try (RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\nfresh\n").endsInput();
            assertThat(peer.hearsUntilClosed()).endsWith("\nack 1\n");
        }
    }

    /** Each asks for one in return. */
    @Test
    void goesOnWithWhoChangesItsKeysAgainAndAgain() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start();
                SSLSocket socket = (SSLSocket) CA.clientContext()
                        .getSocketFactory()
                        .createSocket(endpoint(server).host(), endpoint(server).port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            socket.startHandshake();
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write("accu/1\n".getBytes(UTF_8));
            in.readNBytes("accu/1 ok durable=none max-line=1048576\n".length());
            for (int i = 1; i <= 10; i++) {
                for (int j = 0; j < 50; j++) {
                    socket.startHandshake();
                }
                out.write("hello\n".getBytes(UTF_8));
                String ack = "ack " + i + "\n";
                assertThat(new String(in.readNBytes(ack.length()), UTF_8)).isEqualTo(ack);
            }
            isServed(server);
            assertThat(log.text()).isEmpty();
        }
        assertThat(sink.count()).isEqualTo(11);
    }

    /** What it makes the server say waits in the server's memory. */
    @Test
    void endsWhoAsksForNewKeysAndNeverReads() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server = start();
                Socket below = new Socket()) {
            below.setReceiveBufferSize(4 * 1024);
            below.connect(new InetSocketAddress(
                    endpoint(server).host(), endpoint(server).port()));
            SSLSocket socket = (SSLSocket) CA.clientContext()
                    .getSocketFactory()
                    .createSocket(
                            below, endpoint(server).host(), endpoint(server).port(), false);
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            assertThatThrownBy(() -> {
                        while (socket.isConnected()) {
                            socket.startHandshake();
                        }
                    })
                    .isInstanceOf(IOException.class);
            await().until(() ->
                    log.text().contains("it makes TLS answer again and again, and does not read the answers"));
            isServed(server);
        }
    }
}
