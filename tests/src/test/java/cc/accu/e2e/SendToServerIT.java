package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jars as processes, as a user starts them. */
@Timeout(90)
class SendToServerIT {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    private static final Pattern BOOKS =
            Pattern.compile("stopped.*: received=(\\d+) stored=(\\d+) discarded=(\\d+).* in-flight=(\\d+)");
    private static final int LARGE_OUTPUT_BYTES = 4 * 1024 * 1024;

    @TempDir
    Path directory;

    @BeforeAll
    static void allowForAJvmToStart() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @Test
    void carriesMessagesFromClientToServerOverEverySocket() throws Exception {
        String socket = directory.resolve("a.sock").toString();
        try (Jar server =
                Jar.start("server", directory, "tcp", "127.0.0.1:0", "unix", socket, "--to", "stdout?format=raw")) {
            Endpoint.Tcp tcp = (Endpoint.Tcp) awaitReady(server).get(0);
            Path file = Files.writeString(directory.resolve("in.txt"), "from a file\n\nits end");

            assertThat(send("tcp", "127.0.0.1:" + tcp.port(), "accu.cc", "two words"))
                    .isZero();
            assertThat(send("unix", socket, "over unix")).isZero();
            try (Jar client = Jar.start("client", directory, "tcp", "127.0.0.1:" + tcp.port())) {
                assertThat(client.types("typed\nunterminated").ends()).isZero();
                assertThat(client.out()).isEmpty();
                assertThat(client.err()).isEmpty();
            }
            assertThat(send("unix", socket, "--file", file.toString())).isZero();

            assertThat(server.stops()).isZero();
            assertThat(server.out())
                    .isEqualTo("accu.cc\ntwo words\nover unix\ntyped\nunterminated\nfrom a file\n\nits end\n");
            assertBooks(server, 8, 8);
            assertThat(Path.of(socket)).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text | " + TIME + " 127\\.0\\.0\\.1:\\d+ say \"hi\"\n",
                "raw | say \"hi\"\n",
                "json | \\{\"time\":\"" + TIME + "\",\"listener\":\"tcp 127\\.0\\.0\\.1:\\d+\","
                        + "\"peer\":\"127\\.0\\.0\\.1:\\d+\",\"line\":1,\"message\":\"say \\\\\"hi\\\\\"\"\\}\n"
            },
            ignoreLeadingAndTrailingWhitespace = true)
    void printsEachFormat(String format, String pattern) throws Exception {
        try (Jar server = Jar.start("server", directory, "tcp", "127.0.0.1:0", "--to", "stdout?format=" + format)) {
            sendRaw(awaitReady(server).get(0), "say \"hi\"\n");
            await().until(() -> server.out().endsWith("\n"));
            assertThat(server.out().strip()).matches(pattern.strip());
            assertThat(server.stops()).isZero();
        }
    }

    @Test
    void saysNothingButWhereItListensWhenItStarts() throws Exception {
        try (Jar server = Jar.start("server", directory, "tcp", "127.0.0.1:0", "tcp", ":0")) {
            awaitReady(server);
            assertThat(server.errLines()).hasSize(5);
            assertThat(server.errLines().get(0))
                    .matches(
                            "accu server \\S+ \\(commit \\w+\\), Java \\S+, heap \\d+ MiB, buffers \\d+ MiB; --buffer \\d+ MiB,"
                                    + " at most \\d+ connections");
            assertThat(server.errLines().get(1)).matches("listening on tcp 127\\.0\\.0\\.1:[1-9]\\d*");
            assertThat(server.errLines().get(2)).matches("listening on tcp :[1-9]\\d*");
            assertThat(server.errLines().get(3)).startsWith("note: ").contains("every interface", "without encryption");
            assertThat(server.errLines().get(4)).isEqualTo("ready");
            assertThat(server.out()).isEmpty();
        }
    }

    @Test
    void pingTellsWhetherSomebodyListens() throws Exception {
        String address;
        try (Jar server = Jar.start("server", directory, "tcp", "127.0.0.1:0")) {
            address = "127.0.0.1:" + ((Endpoint.Tcp) awaitReady(server).get(0)).port();
            assertThat(run("client", "ping", "tcp", address).ends()).isZero();
            assertThat(server.stops()).isZero();
            assertBooks(server, 0, 0);
        }
        Jar ping = run("client", "ping", "tcp", address);
        assertThat(ping.ends()).isEqualTo(1);
        assertThat(ping.err()).contains("connection refused").doesNotContain("\tat ");
    }

    @Test
    void storesAllThatItTookWhenTerminatedUnderLoad() throws Exception {
        try (Jar server = Jar.start("server", directory, "tcp", "127.0.0.1:0", "--to", "stdout?format=raw");
                RawPeer peer = RawPeer.connect(awaitReady(server).get(0))) {
            CompletableFuture<Void> flood = flood(peer);
            await().until(() -> Files.size(server.outFile()) > LARGE_OUTPUT_BYTES);
            assertThat(server.stops()).isZero();
            flood.get(20, TimeUnit.SECONDS);
            assertBooks(server, server.countOutLines(), server.countOutLines());
            assertThat(server.errLines()).hasSize(4);
        }
    }

    @Test
    void takesASecondSignalAtOnceForTheSameOneAndEndsOnALaterOne() throws Exception {
        try (Jar server = Jar.startPiped(
                        Jar.command("server", "tcp", "127.0.0.1:0", "--drain-timeout", "1h"), directory);
                RawPeer peer = RawPeer.connect(awaitReady(server).get(0))) {
            floodUntilItBlocks(peer);
            server.terminate();
            // Nothing shows from outside that the first signal is handled, but that nobody is let in any more.
            Endpoint endpoint = server.endpoints().get(0);
            await().until(() -> !accepts(endpoint));
            server.terminate();
            await().until(() -> server.err().contains("taken for the same one sent twice"));
            await().pollDelay(Duration.ofMillis(1200)).until(server::isAlive);
            assertThat(server.stops()).isEqualTo(1);
            assertThat(server.err()).contains("stopped at once by a second signal", " messages not stored");
        }
    }

    @Test
    void saysHowManyMessagesWereNotStoredWithinTheDrainTimeout() throws Exception {
        try (Jar server = Jar.startPiped(
                        Jar.command("server", "tcp", "127.0.0.1:0", "--drain-timeout", "300ms"), directory);
                RawPeer peer = RawPeer.connect(awaitReady(server).get(0))) {
            floodUntilItBlocks(peer);
            assertThat(server.stops()).isEqualTo(1);
            assertThat(server.err()).containsPattern("not drained within 300 ms: [1-9]\\d* messages not stored");
            assertThat(server.err()).containsPattern("in-flight=[1-9]");
        }
    }

    @Test
    void endsQuietlyWhenNobodyReadsItsOutputAnyMore() throws Exception {
        try (Jar server = Jar.startPiped(
                        Jar.command("server", "tcp", "127.0.0.1:0", "--to", "stdout?format=raw"), directory);
                RawPeer peer = RawPeer.connect(awaitReady(server).get(0))) {
            peer.sends("first\n");
            assertThat(server.readPipedLine()).isEqualTo("first");
            server.pipe().close();
            peer.sends("second\n");
            assertThat(server.ends()).isZero();
            assertThat(server.err()).contains("nobody reads standard output").doesNotContain("Exception", "\tat ");
        }
    }

    @Test
    void saysWhyItCannotListen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Jar server = run("server", "tcp", "127.0.0.1:" + taken.getLocalPort());
            assertThat(server.ends()).isEqualTo(1);
            assertThat(server.err())
                    .contains(
                            "cannot listen on tcp 127.0.0.1:" + taken.getLocalPort() + ": address already in use",
                            "ss -ltnp")
                    .doesNotContain("\tat ");
            assertThat(server.errLines()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "client"})
    void exitsWith2WhenUsedWrongly(String jar) throws Exception {
        Jar wrong = run(jar, "tpc", ":3000");
        assertThat(wrong.ends()).isEqualTo(2);
        assertThat(wrong.err()).contains("did you mean tcp?").doesNotContain("\tat ");
        assertThat(wrong.out()).isEmpty();
    }

    @Test
    void staysUpWithoutFileDescriptorsAndGoesOnWhenThereAreSome() throws Exception {
        List<String> limited = limitedTo(128, Jar.command("server", "tcp", "127.0.0.1:0", "--max-connections", "1000"));
        try (Jar server = Jar.start(limited, directory)) {
            holdsConnectionsThenAFreshLineArrives(server, 300);
            assertThat(server.err()).contains("cannot accept: too many open files");
        }
    }

    @Test
    void closesConnectionsThatTheFileDescriptorLimitHasNoRoomFor() throws Exception {
        try (Jar server = Jar.start(limitedTo(128, Jar.command("server", "tcp", "127.0.0.1:0")), directory)) {
            holdsConnectionsThenAFreshLineArrives(server, 300);
            assertThat(server.err()).contains("as many as are allowed", " refused=");
        }
    }

    private void holdsConnectionsThenAFreshLineArrives(Jar server, int connections) throws Exception {
        Endpoint endpoint = awaitReady(server).get(0);
        List<RawPeer> held = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            held.add(RawPeer.connect(endpoint));
        }
        await().until(() -> server.errLines().size() > 3);
        for (RawPeer peer : held) {
            peer.close();
        }
        await().until(() -> {
            trySend(endpoint, "fresh\n");
            return server.out().contains(" fresh\n");
        });
        assertThat(server.isAlive()).isTrue();
        assertThat(server.errLines()).hasSizeLessThan(9);
        assertThat(server.err()).doesNotContain("\tat ");
        assertThat(server.stops()).isZero();
    }

    @Test
    void servesUnixSocketsWithoutTheNativeLibraryAndSaysSoOnce() throws Exception {
        String socket = directory.resolve("a.sock").toString();
        List<String> words = Jar.command(
                "server", "unix", socket, "unix", directory.resolve("b.sock").toString(), "--to", "stdout?format=raw");
        words.add(1, "-Dio.netty.transport.noNative=true");
        try (Jar server = Jar.start(words, directory)) {
            awaitReady(server);
            assertThat(send("unix", socket, "accu.cc")).isZero();
            assertThat(server.stops()).isZero();
            assertThat(server.out()).isEqualTo("accu.cc\n");
            assertThat(server.errLines().stream().filter(line -> line.contains("no native transport")))
                    .hasSize(1);
            assertThat(server.err()).doesNotContain("\tat ");
        }
    }

    private static List<Endpoint> awaitReady(Jar server) {
        server.awaitReady();
        return server.endpoints();
    }

    private static void assertBooks(Jar server, long received, long stored) {
        Matcher books = BOOKS.matcher(server.err());
        assertThat(books.find()).as(server.err()).isTrue();
        assertThat(Long.parseLong(books.group(1))).isEqualTo(received);
        assertThat(Long.parseLong(books.group(2))).isEqualTo(stored);
        assertThat(books.group(4)).isEqualTo("0");
    }

    private Jar run(String jar, String... arguments) throws IOException {
        return Jar.start(jar, directory, arguments).types("");
    }

    private int send(String... arguments) throws Exception {
        return run("client", arguments).ends();
    }

    private static List<String> limitedTo(int openFiles, List<String> command) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + openFiles + "; exec \"$@\"", "sh"));
        words.addAll(command);
        return words;
    }

    private static void sendRaw(Endpoint endpoint, String text) throws IOException {
        try (RawPeer peer = RawPeer.connect(endpoint)) {
            peer.sends(text).endsInput().hearsUntilClosed();
        }
    }

    @SuppressWarnings("EmptyCatch") // refused while there is no room: whether it arrived shows in the output
    private static void trySend(Endpoint endpoint, String text) {
        try {
            sendRaw(endpoint, text);
        } catch (IOException noRoomYet) {
            // see above
        }
    }

    private static boolean accepts(Endpoint endpoint) {
        try (RawPeer peer = RawPeer.connect(endpoint)) {
            return peer != null;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Sends whole lines until the server ends. */
    private static CompletableFuture<Void> flood(RawPeer peer) {
        ByteBuffer lines = ByteBuffer.wrap(
                "0123456789012345678901234567890123456789\n".repeat(1000).getBytes(UTF_8));
        return Beside.run(() -> {
            try {
                for (; ; ) {
                    peer.sends(lines.duplicate());
                }
            } catch (IOException serverEnded) {
                assertThat(serverEnded).isNotNull();
            }
        });
    }

    /** More than sockets, windows and a pipe that nobody reads can hold. */
    private static void floodUntilItBlocks(RawPeer peer) {
        long[] sent = {0};
        CompletableFuture<Void> flood = flood(peer);
        await().during(Duration.ofMillis(500)).until(() -> {
            long before = sent[0];
            sent[0] = peer.sentBytes();
            return sent[0] > 0 && sent[0] == before && !flood.isDone();
        });
    }
}
