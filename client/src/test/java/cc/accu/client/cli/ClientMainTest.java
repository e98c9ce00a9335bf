package cc.accu.client.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.client.AckServer;
import cc.accu.client.Beside;
import cc.accu.client.PlainServer;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClientMainTest {
    @TempDir
    private Path directory = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String input, String... arguments) {
        return ClientMain.run(
                List.of(arguments),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out, true),
                new PrintWriter(err, true));
    }

    /** What a server gets from one run with these words after the address. */
    private String received(String input, String... words) throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<String> text = server.text();
            List<String> arguments =
                    new ArrayList<>(List.of(server.endpoint().toString().split(" ", -1)));
            arguments.addAll(List.of(words));
            assertThat(run(input, arguments.toArray(String[]::new))).isZero();
            return text.get(10, SECONDS);
        }
    }

    @Test
    void sendsEachMessageAsALine() throws Exception {
        assertThat(received("ignored", "one", "two words", "", "ping")).isEqualTo("one\ntwo words\n\nping\n");
        assertThat(out.toString() + err).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\ntwo\n", "one\ntwo"})
    void sendsStandardInputWithItsLastLineEnded(String input) throws Exception {
        assertThat(received(input)).isEqualTo("one\ntwo\n");
    }

    @Test
    void sendsNothingForNoInput() throws Exception {
        assertThat(received("")).isEmpty();
    }

    @Test
    void sendsALineThatIsLargerThanItsBuffers() throws Exception {
        String line = "x".repeat(5_000_000);
        assertThat(received("a\n" + line)).isEqualTo("a\n" + line + "\n");
    }

    @Test
    void sendsFilesInTheOrderGiven() throws Exception {
        Path one = Files.writeString(directory.resolve("one"), "1\n2");
        Path two = Files.writeString(directory.resolve("two"), "3\n");
        assertThat(received("in", "--file", one.toString(), "--file", "-", "--file", two.toString()))
                .isEqualTo("1\n2\nin\n3\n");
    }

    @Test
    void saysWhatToDoAboutAFileThatCannotBeRead() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            String address = server.endpoint().toString().substring("tcp ".length());
            assertThat(run("", "tcp", address, "--file", "")).isEqualTo(2);
            assertThat(err.toString()).startsWith("client: --file: the path is empty; name a file\n");
            err.getBuffer().setLength(0);
            assumeTrue(Files.exists(Path.of("/proc/self/mem")), "needs /proc");
            CompletableFuture<String> text = server.text();
            assertThat(run("", "tcp", address, "--file", "/proc/self/mem")).isEqualTo(1);
            assertThat(text.get(10, SECONDS)).isEmpty();
            assertThat(err.toString())
                    .contains("client: cannot read /proc/self/mem: input/output error; is it a file of lines");
        }
    }

    @Test
    void takesAnEndpointInUrlForm() throws Exception {
        try (PlainServer server = PlainServer.unix(directory)) {
            CompletableFuture<String> text = server.text();
            String path = server.endpoint().toString().substring("unix ".length());
            assertThat(run("", "unix://" + path, "accu.cc")).isZero();
            assertThat(text.get(10, SECONDS)).isEqualTo("accu.cc\n");
        }
    }

    @Test
    void takesAnEndpointInQuotes() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<String> text = server.text();
            assertThat(run("", server.endpoint().toString(), "accu.cc")).isZero();
            assertThat(text.get(10, SECONDS)).isEqualTo("accu.cc\n");
        }
    }

    @Test
    void sendsBytesThatAreNotUtf8AsTheyWereTyped() throws Exception {
        try (LineSource input = LineSource.ofMessages(List.of("caf\udce9", "\udcff"))) {
            ByteBuffer lines = input.next();
            assertThat(StandardCharsets.ISO_8859_1.decode(lines).toString()).isEqualTo("caf\u00e9\n\u00ff\n");
        }
    }

    @Test
    void dealsLinesOutToConnections() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<String> a = server.text();
            CompletableFuture<String> b = server.text();
            String[] words = server.endpoint().toString().split(" ", -1);
            assertThat(run("1\n2\n3\n4\n", words[0], words[1], "--connections", "2"))
                    .isZero();
            assertThat(List.of(a.get(10, SECONDS), b.get(10, SECONDS))).containsExactlyInAnyOrder("1\n3\n", "2\n4\n");
        }
    }

    @Test
    void keepsToTheRate() throws Exception {
        long start = System.nanoTime();
        assertThat(received("a\n".repeat(51), "--rate", "100")).hasSize(102);
        assertThat(System.nanoTime() - start).isGreaterThan(450_000_000L);
    }

    @Test
    void printsStatisticsWhenAsked() throws Exception {
        received("1\n2\n3\n", "-v");
        assertThat(err.toString()).endsWith("sent=3\n");
    }

    @Test
    void refusesAMessageWithALineFeed() {
        assertThat(run("", "tcp", ":1", "a\nb")).isEqualTo(2);
        assertThat(err.toString()).startsWith("client: a message is one line");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp",
                "tpc :3000",
                "tcp 3000",
                "--nonsense tcp :1",
                "tcp :1 --connections 0",
                "tcp :1 --connections many",
                "tcp :1 --rate -1",
                "tcp :1 --file",
                "tcp :1 --connect-timeout x",
                "ping tcp :1 hello"
            })
    void wrongUsageIsTwo(String words) {
        assertThat(run("", words.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("client: ").endsWith("client: try --help\n");
    }

    @Test
    void opensEveryFileBeforeItConnects() throws Exception {
        Path there = Files.writeString(directory.resolve("there"), "1\n");
        assertThat(run("", "tcp", "127.0.0.1:1", "--file", there.toString(), "--file", "/no/such"))
                .isEqualTo(1);
        assertThat(err.toString()).isEqualTo("client: cannot read /no/such: no such file or directory\n");
    }

    @Test
    void oneLineSaysWhyItCannotConnect() {
        assertThat(run("", "tcp", "127.0.0.1:1", "hello")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo(
                        "client: cannot connect to tcp 127.0.0.1:1: connection refused; is a server running there?\n");
    }

    @Test
    void aResetServerIsAFailure() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<Void> reset = Beside.run(() -> {
                try (var peer = server.accept()) {
                    peer.read(ByteBuffer.allocate(1));
                    peer.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
            });
            String[] words = server.endpoint().toString().split(" ", -1);
            assertThat(run("x\n".repeat(5_000_000), words[0], words[1])).isEqualTo(1);
            reset.get(10, SECONDS);
            assertThat(err.toString()).contains("client: connection ", " messages were written (", "sent=");
        }
    }

    @ParameterizedTest
    @CsvSource({"300ms, 1", "0, 0"})
    void aServerThatDoesNotCloseIsAFailureUnlessThatIsNotWaitedFor(String closeTimeout, int exitCode) throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            String[] words = server.endpoint().toString().split(" ", -1);
            assertThat(run("1\n2\n3\n", words[0], words[1], "--close-timeout", closeTimeout))
                    .isEqualTo(exitCode);
            assertThat(err.toString())
                    .isEqualTo(
                            exitCode == 0
                                    ? ""
                                    : "sent=3\nclient: 3 sent, the server did not close in 300 ms: delivery unknown\n");
        }
    }

    @Test
    void aPlainPingTellsWhetherSomebodyAccepts() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<String> text = server.text();
            String[] words = server.endpoint().toString().split(" ", -1);
            assertThat(run("", "ping", "--plain", words[0], words[1])).isZero();
            assertThat(text.get(10, SECONDS)).isEmpty();
        }
        assertThat(run("", "ping", "--plain", "tcp", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err.toString()).startsWith("client: cannot connect to tcp 127.0.0.1:1");
    }

    @Test
    void pingTellsWhetherALineWouldBeTaken() throws Exception {
        assertThat(ping(talk -> talk.greets().waitsForTheEnd())).isZero();
        assertThat(ping(talk -> talk.greets().waitsForTheEnd(), "--connect-timeout", "1s"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(run("", "ping", "tcp", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo(
                        "client: cannot connect to tcp 127.0.0.1:1: connection refused; is a server running there?\n");
    }

    private int ping(AckServer.Script script, String... options) throws Exception {
        try (AckServer server = AckServer.tcp(script)) {
            List<String> arguments = new ArrayList<>(List.of("ping"));
            arguments.addAll(List.of(server.endpoint().toString().split(" ", -1)));
            arguments.addAll(List.of(options));
            int exitCode = run("", arguments.toArray(String[]::new));
            assertThat(server.count()).isEqualTo(1);
            return exitCode;
        }
    }

    @Test
    void pingFailsWhereALineWouldNotBeStored() throws Exception {
        assertThat(ping(talk -> talk.hears()
                        .says("accu/1 ok durable=fsync max-line=1000 held=no-space\n")
                        .waitsForTheEnd()))
                .isEqualTo(1);
        assertThat(ping(talk -> talk.hears().says("err 1 store-failed it broke\n")))
                .isEqualTo(1);
        assertThat(ping(talk -> talk.greets().says("err 1 shutting-down\n").waitsForTheEnd()))
                .isEqualTo(1);
        assertThat(ping(talk -> {})).isEqualTo(1);
        assertThat(err.toString().replaceAll("tcp \\S+: ", "").replace("reset by peer", "closed by peer"))
                .isEqualTo("client: cannot connect to a line would have to wait there: no-space\n"
                        + "client: cannot connect to it said 'err 1 store-failed it broke'\n"
                        + "client: cannot connect to it said 'err 1 shutting-down'\n"
                        + "client: cannot connect to connection closed by peer before it said anything;"
                        + " it may have as many connections as it takes\n");
    }

    @Test
    void pingSaysThatItIsForServersWithAcks() throws Exception {
        assertThat(ping(talk -> talk.hears().waitsForTheEnd())).isEqualTo(1);
        assertThat(err.toString())
                .endsWith(": it does not speak accu/1: it answered nothing within 2s;"
                        + " this is for accu servers with acks, use ping --plain for others\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ping | missing NETWORK ADDRESS",
                ":3000 hello | unknown network ':3000'; did you mean tcp :3000?",
                "tcp:3000 hello | unknown network 'tcp:3000'; did you mean tcp :3000?",
                "unix:///a?mode=0660 hello | ?mode=0660' is for a server that listens; to connect, write unix:///a",
                "unix:///a? hello | ?' is for a server that listens",
                "tcp :1 --ack --or unix:///a?mode=0660 | --or: '?mode=0660' is for a server that listens",
                "unix /a?mode=0660 hello | in one word: unix:///a?mode=0660",
                "unix://tmp/x hello | write unix:///tmp/x, or unix tmp/x",
                "tcp :1 --rate 1K | --rate: '1K': a count is a number, with k, M or G for thousands, millions or more, for example 1M; write 1k",
                "tcp :1 --rate 0.5 | --rate: '0.5': a count is",
                "tcp :1 --window 4MB | --window: '4MB': a size is",
                "tcp :1 --close-timeout 5 | --close-timeout: '5': a time is a number with ms, s, m, h or d behind it, or 0, for example 10s; write 5s",
                "tcp :1 --connections 2.0 | write 2",
                "bench tcp :1 --messages 1m | --messages: '1m': a count is a number, with k, M or G for thousands, millions or more, for example 1M; write 1M",
                "bench tcp :1 --size 1kb | write 1k or 1KiB",
                "bench tcp :1 --rate 10K | write 10k",
                "tcp :1 --windwo 1 | unknown option '--windwo'; did you mean --window?",
                "tcp :1 unix /x | 'unix /x' looks like another address to listen on: that is for java -jar server.jar",
                "tcp://:1 tcp://:2 | 'tcp://:2' looks like another address to listen on",
                "tcp :1 --to stdout | --to is an option of the server: java -jar server.jar ...",
                "tcp :1 -hello | unknown option '-e'; if it is no option, put -- before it"
            })
    void saysWhatIsWrong(String words, String message) {
        assertThat(run("", words.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("client: ").contains(message);
    }

    @Test
    void needsAnAddress() {
        assertThat(run("")).isEqualTo(2);
        assertThat(err.toString()).contains("missing NETWORK ADDRESS");
    }

    @Test
    void sendsWhatLooksLikeAnOptionOrAFileAsItIs() throws Exception {
        assertThat(received("", "@pom.xml", "--", "--ack", "-")).isEqualTo("@pom.xml\n--ack\n-\n");
    }

    @Test
    void sendsWhatLooksLikeAnAddressIfToldThatItIsAMessage() throws Exception {
        assertThat(received("", "--", "unix", "/x")).isEqualTo("unix\n/x\n");
        assertThat(received("", "tcp", "is a network")).isEqualTo("tcp\nis a network\n");
    }

    @Test
    void printsHelpAndVersion() {
        assertThat(run("", "--help")).isZero();
        assertThat(run("", "ping", "--version")).isZero();
        assertThat(out.toString()).contains("Usage: java -jar client.jar", "accu client");
    }
}
