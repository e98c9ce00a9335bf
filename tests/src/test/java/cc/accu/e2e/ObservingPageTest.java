package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.LineServer;
import cc.accu.server.admin.AdminServer;
import cc.accu.server.sink.Sink;
import cc.accu.testing.TestCertificates;
import cc.accu.transport.Endpoint;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/observing.md} has the metrics that there are, and what is made of them uses no others. */
@Timeout(60)
class ObservingPageTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern ON_PAGE = Pattern.compile("^\\| `(accu_[a-z_]+)` \\|", Pattern.MULTILINE);
    private static final Pattern IN_ANSWER = Pattern.compile("^# HELP (accu_[a-z_]+) \\S", Pattern.MULTILINE);
    private static final Pattern USED = Pattern.compile("accu_[a-z_]+");
    private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");

    @TempDir
    private Path directory;

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(each -> each.groupCount() == 0 ? each.group() : each.group(1))
                .collect(TreeSet::new, Set::add, Set::addAll);
    }

    /** One that has all that a sink may have. */
    private static final class FullSink implements Sink {
        @Override
        public void accept(LineBatch batch, Completion done) {
            batch.close();
            done.settled(null);
        }

        @Override
        public String address() {
            return "full";
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public Optional<Backlog> backlog() {
            return Optional.of(new Backlog(1, 2, Duration.ofSeconds(3)));
        }

        @Override
        public Optional<Storage> storage() {
            return Optional.of(new Storage(1, 2));
        }

        @Override
        public void close() {}
    }

    /** Of a server to which everything has happened that is counted. */
    private String metrics() throws Exception {
        TestCertificates authority = TestCertificates.AUTHORITY;
        try (AdminServer admin = AdminServer.start(Endpoint.parse("tcp 127.0.0.1:0"), Set.of())) {
            LineServer.Builder builder = LineServer.builder()
                    .listen(Endpoint.parse("tls 127.0.0.1:0"))
                    .tls(authority.server(directory))
                    .sink(new FullSink());
            admin.watch(builder);
            try (LineServer server = builder.start()) {
                admin.show(server);
                int port = ((Endpoint.Tcp) server.endpoints().get(0)).port();
                try (SSLSocket socket = (SSLSocket) authority
                        .clientContext()
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), port)) {
                    socket.getOutputStream().write("no end".getBytes(UTF_8));
                }
                await().until(() -> server.books().stored() == 1);
                URI uri = URI.create("http://127.0.0.1:" + ((Endpoint.Tcp) admin.endpoint()).port() + "/metrics");
                return HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .body();
            }
        }
    }

    @Test
    void hasTheMetricsThatThereAre() throws Exception {
        String metrics = metrics();
        assertThat(found(ON_PAGE, Files.readString(DOCS.resolve("observing.md"))))
                .isEqualTo(found(IN_ANSWER, metrics));
        Path promtool = Path.of("/usr/bin/promtool");
        assumeTrue(Files.exists(promtool), "needs promtool: apt-get install prometheus");
        Path answer = Files.writeString(directory.resolve("metrics.txt"), metrics);
        assertThat(output(new ProcessBuilder(promtool.toString(), "check", "metrics").redirectInput(answer.toFile())))
                .isEmpty();
    }

    private static String output(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void hasRulesAndADashboardOfThese() throws Exception {
        String page = Files.readString(DOCS.resolve("observing.md"));
        Set<String> known = found(ON_PAGE, page);
        Path rules = DOCS.resolve("monitoring").resolve("alerts.yml");
        Path dashboard = DOCS.resolve("monitoring").resolve("grafana.json");
        for (Path each : List.of(rules, dashboard)) {
            Set<String> used = new TreeSet<>();
            found(USED, Files.readString(each)).forEach(name -> used.add(name.replaceFirst("_bucket$", "")));
            assertThat(known).as(each.toString()).containsAll(used);
        }
        assertThat(page).contains(found(ALERT, Files.readString(rules)));
        assertThat(new ObjectMapper().readTree(dashboard.toFile()).get("panels"))
                .isNotEmpty();
        Path promtool = Path.of("/usr/bin/promtool");
        assumeTrue(Files.exists(promtool), "needs promtool: apt-get install prometheus");
        assertThat(output(new ProcessBuilder(promtool.toString(), "check", "rules", rules.toString())))
                .contains("SUCCESS");
    }
}
