package cc.accu.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.LineServer;
import cc.accu.server.sink.Sinks;
import cc.accu.transport.Endpoint;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BenchCommandTest {
    private static final String RUN = "00c0ffee";

    @TempDir
    private Path directory = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Stream<String> words) {
        return ClientMain.run(
                Stream.concat(Stream.of("bench"), words).toList(),
                InputStream.nullInputStream(),
                new PrintWriter(out, true),
                new PrintWriter(err, true));
    }

    private int run(String words) {
        return run(Stream.of(words.split(" ", -1)));
    }

    private Path file() {
        return directory.resolve("stored");
    }

    /** One run against a server that stores in a file, which is verified. */
    private int bench(String network, String options) throws Exception {
        Endpoint endpoint =
                Endpoint.parse(network.equals("unix") ? "unix " + directory.resolve("a.sock") : "tcp 127.0.0.1:0");
        try (LineServer server = LineServer.builder()
                .listen(endpoint)
                .sink(Sinks.parse("file:" + file() + "?sync=never").open())
                .start()) {
            String address = server.endpoints().get(0).toString();
            return run(address + " " + options + " --run " + RUN + " --verify " + file());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tcp, --messages 20k --connections 3",
        "unix, --messages 20k --connections 3 --size 1000",
        "tcp, --messages 20k --connections 3 --transport native --ack",
        "unix, --messages 20k --connections 3 --ack --in-flight 100",
        "tcp, --messages 200 --connections 1 --ack --in-flight 1",
        "tcp, --messages 2 --connections 5",
        "unix, --messages 300 --connections 2 --rate 1k",
        "tcp, --messages 300 --connections 2 --rate 1k --ack"
    })
    void sendsAllAndFindsItStored(String network, String options) throws Exception {
        assertThat(bench(network, options)).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString())
                .startsWith("run        " + RUN + ", to " + network)
                .contains(" messages/s, ", " MB/s\n", ": lost 0, duplicate 0, reordered 0, damaged 0, foreign 0\n");
        assertThat(out.toString().contains(" p50 ")).isEqualTo(options.contains("--ack"));
    }

    @Test
    void saysFromWhenLatencyCounts() throws Exception {
        bench("tcp", "--messages 10 --ack --connections 1");
        assertThat(out.toString()).contains("under full load, from when a message was handed over", "means written");
        bench("tcp", "--messages 10 --ack --connections 1 --rate 1000");
        assertThat(out.toString()).contains("from when a message was to be sent by the schedule");
    }

    @Test
    void keepsTheRate() throws Exception {
        assertThat(bench("tcp", "--messages 500 --connections 2 --rate 1k --json"))
                .isZero();
        Matcher seconds = Pattern.compile("\"seconds\":([0-9.]+)").matcher(out.toString());
        assertThat(seconds.find()).isTrue();
        assertThat(Double.parseDouble(seconds.group(1))).isGreaterThan(0.498);
    }

    @Test
    void printsOneJsonObject() throws Exception {
        assertThat(bench("tcp", "--messages 1k --connections 2 --ack --json")).isZero();
        assertThat(out.toString())
                .startsWith("{\"run\":\"00c0ffee\",\"target\":\"tcp 127.0.0.1:")
                .contains(
                        "\"messages\":1000,\"size\":100,\"connections\":2,\"ack\":true,\"rate\":0,\"inFlight\":0,\"windowBytes\":16777216,"
                                + "\"transport\":\"nio\",\"seconds\":")
                .containsPattern("\"messagesPerSecond\":[0-9.E]+,\"bytesPerSecond\":[0-9.E]+,\"durable\":\"written\",")
                .containsPattern("\"latencyMicros\":\\{\"from\":\"hand-over\",\"p50\":[0-9.]+,\"p90\":[0-9.]+,\"p99\":"
                        + "[0-9.]+,\"p99.9\":[0-9.]+,\"max\":[0-9.]+},")
                .endsWith("\"verify\":{\"stored\":1000,\"lost\":0,\"duplicate\":0,\"reordered\":0,\"damaged\":0,"
                        + "\"foreign\":0}}\n");
        assertThat(out.toString().lines()).hasSize(1);
    }

    @Test
    void escapesWhatJsonWouldMistake() {
        assertThat(new BenchReport.JsonObject()
                        .put("a\"", "b\\\n")
                        .put("n", Double.NaN)
                        .toString())
                .isEqualTo("{\"a\\\"\":\"b\\\\\\u000a\",\"n\":null}");
    }

    @ParameterizedTest
    @CsvSource({
        "loss, 1, '9: lost 1, duplicate 0, reordered 0, damaged 0, foreign 0'",
        "duplicate, 0, '10: lost 0, duplicate 1, reordered 0, damaged 0, foreign 0'",
        "reorder, 1, '10: lost 0, duplicate 0, reordered 1, damaged 0, foreign 0'",
        "damage, 1, '9: lost 1, duplicate 0, reordered 0, damaged 1, foreign 0'"
    })
    void findsWhatIsWrongInAFile(String fault, int exitCode, String verdict) throws Exception {
        bench("tcp", "--messages 10 --connections 1 --ack");
        List<String> lines = new ArrayList<>(Files.readAllLines(file()));
        switch (fault) {
            case "loss" -> lines.remove(4);
            case "duplicate" -> lines.add(6, lines.get(4));
            case "reorder" -> Collections.swap(lines, 4, 5);
            default -> lines.set(4, lines.get(4).replace('z', 'y'));
        }
        Files.write(file(), lines, StandardCharsets.US_ASCII);
        assertThat(run("--run " + RUN + " --messages 10 --connections 1 --verify " + file()))
                .isEqualTo(exitCode);
        assertThat(out.toString()).endsWith("stored     " + verdict + "\n");
    }

    @Test
    void asksForTheFormatWhenItFindsNothing() throws Exception {
        Files.writeString(file(), "2026-11-23T11:45:50.699Z 127.0.0.1:37600 hello\n");
        assertThat(run("--run " + RUN + " --verify " + file())).isEqualTo(1);
        assertThat(out.toString()).contains("lost 1000000,", "foreign 1\n", "is the file in raw format");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--messages 10",
                "--verify x",
                "tcp :1 hello",
                "tcp :1 --size 39",
                "tcp :1 --messages 1.5M",
                "tcp :1 --in-flight 1",
                "tcp :1 --run 1"
            })
    void wrongUsageIsTwo(String words) {
        assertThat(run(words)).isEqualTo(2);
        assertThat(err.toString()).startsWith("client: ").endsWith("client: try --help\n");
    }

    @Test
    void oneLineSaysWhyItCannotConnect() {
        assertThat(run("tcp 127.0.0.1:1 --connections 2")).isEqualTo(1);
        assertThat(err.toString()).startsWith("client: cannot connect to tcp 127.0.0.1:1: connection refused");
    }
}
