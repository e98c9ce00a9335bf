package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.server.LineServer;
import cc.accu.server.admin.AdminServer;
import cc.accu.server.sink.Sinks;
import cc.accu.testing.ErrorOutput;
import cc.accu.transport.Endpoint;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a running server shows over HTTP. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminServerTest {
    private static final Endpoint ANY_PORT = Endpoint.parse("tcp 127.0.0.1:0");
    private static final Pattern SAMPLE = Pattern.compile("^(accu_[a-z_]+)(?:\\{([^}]*)})? (\\S+)$", Pattern.MULTILINE);

    private final HttpClient http = HttpClient.newHttpClient();
    private final AdminServer admin = AdminServer.start(ANY_PORT, Set.of("accu.example"));
    private final LineServer.Builder builder = LineServer.builder().listen(ANY_PORT);

    @TempDir
    private Path directory;

    @AfterEach
    void closeAdmin() {
        admin.close();
    }

    private LineServer started() {
        admin.watch(builder);
        LineServer server = builder.start();
        admin.show(server);
        return server;
    }

    private static int port(Endpoint endpoint) {
        return ((Endpoint.Tcp) endpoint).port();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port(admin.endpoint()) + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private static Socket connect(LineServer server) throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(), port(server.endpoints().get(0)));
    }

    private static void send(LineServer server, String text) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.shutdownOutput();
            socket.getInputStream().read();
        }
    }

    /** The sums of all samples of a name, whatever their labels. */
    private Map<String, Double> metrics() throws Exception {
        return SAMPLE.matcher(get("/metrics").body())
                .results()
                .collect(Collectors.toMap(
                        found -> found.group(1),
                        found -> Double.parseDouble(found.group(3)),
                        Double::sum,
                        TreeMap::new));
    }

    @Test
    void balancesItsBooks() throws Exception {
        builder.framing(LineFraming.ofMaxLine(8).withLongLine(LongLine.SKIP))
                .sink(Sinks.parse("file:" + directory.resolve("lines")).open());
        try (LineServer server = started()) {
            send(server, "one\ntwo\nmuch too long\nlast");
            await().until(() -> server.books().stored() == 3);
            send(server, "accu/1\na\nb\n");
            await().untilAsserted(() -> {
                Map<String, Double> now = metrics();
                assertThat(now)
                        .containsEntry("accu_received_lines_total", 6.0)
                        .containsEntry("accu_stored_lines_total", 5.0)
                        .containsEntry("accu_discarded_lines_total", 1.0)
                        .containsEntry("accu_in_flight_lines", 0.0)
                        .containsEntry("accu_sink_stored_lines_total", 5.0)
                        .containsEntry("accu_received_bytes_total", 4.0 + 4 + 5 + 2 + 2)
                        .containsEntry("accu_cut_endings_total", 1.0)
                        .containsEntry("accu_connections_total", 2.0)
                        .containsEntry("accu_connections_open", 0.0)
                        .containsEntry("accu_sink_up", 1.0)
                        .containsEntry("accu_ready", 1.0);
                assertThat(now.get("accu_ack_latency_seconds_count")).isPositive();
                assertThat(now.get("accu_commit_size_bytes_sum")).isEqualTo(17.0);
                assertThat(now.get("accu_sink_free_bytes")).isPositive();
            });
        }
    }

    @Test
    void countsFromZeroOn() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started()) {
            assertThat(get("/metrics").body())
                    .contains("accu_received_lines_total{listener=\""
                            + server.endpoints().get(0) + "\"} 0")
                    .contains("reason=\"too-many\"} 0")
                    .contains("accu_sink_stored_lines_total{sink=\"discard\"} 0")
                    .contains("jvm_memory_used_bytes");
        }
    }

    @Test
    void saysWhetherToSendHere() throws Exception {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz"))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(503))
                .satisfies(answer -> assertThat(answer.body()).contains("starting"));
        HeldSink sink = HeldSink.blocked();
        builder.sink(sink);
        LineServer server = started();
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        Socket waits = connect(server);
        waits.getOutputStream().write("held\n".getBytes(UTF_8));
        await().until(() -> server.books().inFlight() > 0);
        Thread closing = new Thread(server::close);
        closing.start();
        await().untilAsserted(() -> assertThat(get("/readyz").body()).contains("draining"));
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        sink.unblock();
        closing.join();
        waits.close();
    }

    @Test
    void tellsOfAFailedSink() throws Exception {
        builder.onLine(line -> {
            throw new IllegalStateException("broken on purpose");
        });
        try (LineServer server = started();
                Socket socket = connect(server)) {
            socket.getOutputStream().write("lost\n".getBytes(UTF_8));
            await().untilAsserted(() -> assertThat(get("/readyz").body()).contains("failed"));
            await().untilAsserted(() -> assertThat(metrics())
                    .containsEntry("accu_sink_up", 0.0)
                    .containsEntry("accu_discarded_lines_total", 1.0));
        }
    }

    @Test
    void showsWhoIsHeldByWhat() throws Exception {
        HeldSink sink = HeldSink.blocked();
        builder.sink(sink).windowBytes(1000);
        try (LineServer server = started();
                Socket socket = connect(server)) {
            socket.getOutputStream().write("accu/1\n".getBytes(UTF_8));
            socket.getOutputStream().write("0123456789\n".repeat(1000).getBytes(UTF_8));
            await().untilAsserted(() -> {
                JsonNode shown = new ObjectMapper().readTree(get("/connections").body());
                assertThat(shown.get("open").asInt()).isEqualTo(1);
                JsonNode one = shown.get("connections").get(0);
                assertThat(one.get("state").asText()).isEqualTo("held");
                assertThat(one.get("heldFor").asText()).isEqualTo("window");
                assertThat(one.get("heldBy").asText()).isEqualTo(sink.address());
                assertThat(one.get("acksOutstanding").asLong()).isPositive();
                assertThat(one.get("bytes").asLong()).isPositive();
                assertThat(metrics().get("accu_senders_held_seconds_total")).isPositive();
            });
            JsonNode state = new ObjectMapper().readTree(get("/state").body());
            assertThat(state.get("books").get("inFlight").asLong()).isPositive();
            assertThat(state.get("sinks").get(0).get("waitingLines").asLong()).isPositive();
            sink.unblock();
        }
    }

    private BufferedReader stream(String path) throws Exception {
        InputStream body = http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofInputStream())
                .body();
        return new BufferedReader(new InputStreamReader(body, UTF_8));
    }

    private static JsonNode nextMessage(BufferedReader events) throws IOException {
        String line = events.readLine();
        while (!line.startsWith("data: ")) {
            if (line.startsWith("event: ")) {
                events.readLine(); // what it tells is no message
            }
            line = events.readLine();
        }
        return new ObjectMapper().readTree(line.substring("data: ".length()));
    }

    @Test
    void showsMessagesThatFitAFilter() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started();
                BufferedReader events = stream("/messages?filter=NEEDLE&listener=127.0.0.1&peer=127")) {
            send(server, "hay\nhay\na needle\n<script>needle\u001b[31m\n");
            assertThat(nextMessage(events).get("message").asText()).isEqualTo("a needle");
            JsonNode second = nextMessage(events);
            assertThat(second.get("message").asText()).isEqualTo("<script>needle\u001b[31m");
            assertThat(second.get("line").asInt()).isEqualTo(4);
        }
    }

    @Test
    void showsTheBeginningOfALongMessage() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started();
                BufferedReader events = stream("/messages")) {
            send(server, "ä".repeat(500_000) + "\nshort\n" + "x" + "ä".repeat(5000) + "\n");
            JsonNode first = nextMessage(events);
            assertThat(first.get("message").asText()).matches("ä{4096}");
            assertThat(first.get("cut").asBoolean()).isTrue();
            assertThat(nextMessage(events).get("message").asText()).isEqualTo("short");
            assertThat(nextMessage(events).get("message").asText()).matches("xä{4095}");
        }
    }

    @Test
    void leavesOutWhatASlowViewerDoesNotRead() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started();
                Socket viewer = new Socket(InetAddress.getLoopbackAddress(), port(admin.endpoint()));
                Socket sender = connect(server)) {
            viewer.getOutputStream().write("GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
            viewer.getInputStream().read();
            byte[] lines =
                    "0123456789012345678901234567890123456789\n".repeat(50_000).getBytes(UTF_8);
            for (int i = 0; i < 20; i++) {
                sender.getOutputStream().write(lines);
            }
            await().until(() -> server.books().stored() == 1_000_000);
            try (BufferedReader late = stream("/messages?filter=after")) {
                AtomicBoolean shown = new AtomicBoolean();
                // What comes in the same tenth of a second as the last of so many may be left out.
                CompletableFuture<Void> sending = Beside.run(() -> {
                    while (!shown.get()) {
                        send(server, "after all\n");
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                    }
                });
                assertThat(nextMessage(late).get("message").asText()).isEqualTo("after all");
                shown.set(true);
                sending.get(10, TimeUnit.SECONDS);
            }
            BufferedReader events = new BufferedReader(new InputStreamReader(viewer.getInputStream(), UTF_8));
            while (!events.readLine().equals("event: left-out")) {
                // those that it was in time for
            }
            assertThat(events.readLine()).matches("data: \\{\"lines\":\\d+}");
        }
    }

    @Test
    void letsAViewerGoThatHasGone() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started()) {
            for (int i = 0; i < 40; i++) {
                try (Socket viewer = new Socket(InetAddress.getLoopbackAddress(), port(admin.endpoint()))) {
                    viewer.getOutputStream().write("GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
                    String answer =
                            new BufferedReader(new InputStreamReader(viewer.getInputStream(), UTF_8)).readLine();
                    assertThat(answer).as("viewer %s", i).isEqualTo("HTTP/1.1 200 OK");
                }
            }
            assertThat(server.isStopping()).isFalse();
        }
    }

    @Test
    void answersOnlyReadersOfItsOwnPages() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started()) {
            assertThat(raw("GET /state HTTP/1.1\r\nHost: evil.example\r\n\r\n")).startsWith("HTTP/1.1 421");
            assertThat(raw("GET /messages HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                    .startsWith("HTTP/1.1 421");
            assertThat(raw("GET /state HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 421");
            assertThat(raw("GET /healthz HTTP/1.1\r\nHost: accu.example:80\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(raw("GET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(raw("POST /state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 405");
            assertThat(raw("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")).endsWith("\r\n\r\n");
            assertThat(raw("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .startsWith("HTTP/1.1 404");
            assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
            assertThat(raw("GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 4");
            assertThat(get("/").headers().firstValue("content-security-policy").orElse(""))
                    .contains("default-src 'none'")
                    .doesNotContain("unsafe");
            assertThat(server.books().received()).isZero();
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(admin.endpoint()))) {
            String last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
            socket.getOutputStream().write(last.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void answersProbesThoughOthersTakeAllSeatsAndAskForNothing() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(admin.endpoint()));
                idle.add(socket);
                socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nX: ".getBytes(UTF_8));
            }
            assertThat(get("/healthz").statusCode()).isEqualTo(200);
            await().until(() -> ended(idle) >= 100);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    private static long ended(List<Socket> sockets) throws IOException {
        long ended = 0;
        for (Socket socket : sockets) {
            socket.setSoTimeout(1);
            try {
                ended += socket.getInputStream().read() < 0 ? 1 : 0;
            } catch (SocketTimeoutException stillThere) {
                // It may stay.
            } catch (SocketException reset) {
                ended++;
            }
        }
        return ended;
    }

    @Test
    void leavesSeatsForProbesWhenManyFollow() throws Exception {
        builder.sink(Sinks.discard());
        try (LineServer server = started()) {
            List<Socket> followers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(admin.endpoint()));
                followers.add(socket);
                socket.getOutputStream().write("GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
            }
            assertThat(get("/readyz").statusCode()).isEqualTo(200);
            await().untilAsserted(() ->
                    assertThat(ended(followers)).as("those who were refused").isGreaterThan(0));
            for (Socket socket : followers) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/state?%zz", "/state%zz", "/%zz", "/messages?filter=%zz"})
    void refusesWhatIsWronglyEncoded(String target) throws Exception {
        try (ErrorOutput log = ErrorOutput.captured();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(admin.endpoint()))) {
            String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            byte[] answer = new byte[12];
            assertThat(socket.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
            assertThat(new String(answer, UTF_8)).isEqualTo("HTTP/1.1 400");
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void givesTheFileOfAUnixSocketTheModeThatWasAskedFor() throws Exception {
        Path file = directory.resolve("admin.sock");
        try (AdminServer other = AdminServer.start(new Endpoint.Unix(file.toString()), 0600, Set.of())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(other.endpoint()).isEqualTo(new Endpoint.Unix(file.toString()));
        }
    }
}
