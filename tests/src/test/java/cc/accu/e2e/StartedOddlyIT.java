package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jars with closed standard streams and without a locale, as supervisors and containers start them. */
@Timeout(180)
@Tag("long")
class StartedOddlyIT {
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @BeforeEach
    void onLinux() {
        assumeTrue(Files.exists(Path.of("/proc/self/fd")), "needs /proc");
    }

    private Path socket() {
        return directory.resolve("s");
    }

    private Path stored() {
        return directory.resolve("messages.log");
    }

    /** A jar that the shell starts with these redirections, and after these commands. */
    private Jar start(String before, String redirections, String jar, String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of("sh", "-c", before + "\nexec \"$@\" " + redirections, "sh"));
        words.addAll(Jar.command(jar, arguments));
        return Jar.start(words, directory);
    }

    private Jar server(String redirections) throws Exception {
        Jar server = start("", redirections, "server", "unix", socket().toString(), "--to", "file:" + stored());
        await().atMost(START).until(() -> Files.exists(socket()) || !server.isAlive());
        return server;
    }

    private int send(String before, String redirections, String... words) throws Exception {
        try (Jar client = client(before, redirections, words)) {
            return client.ends();
        }
    }

    private Jar client(String before, String redirections, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("unix", socket().toString(), "--connect-timeout", "5s"));
        all.addAll(List.of(words));
        return start(before, redirections, "client", all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"})
    void storesMessagesAndNothingElseWhateverIsClosed(String redirections) throws Exception {
        try (Jar server = server(redirections)) {
            assertThat(send("", redirections, "hello", "--ack")).isZero();
            assertThat(server.stops()).isZero();
        }
        assertThat(stored()).hasContent("hello\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<&-", "<&- >&-", "<&- >&- 2>&-"})
    void sendsNothingWhenStandardInputIsClosed(String redirections) throws Exception {
        try (Jar server = server("")) {
            try (Jar client = client("", redirections)) {
                assertThat(client.ends()).isEqualTo(1);
                if (!redirections.contains("2>")) {
                    assertThat(client.err())
                            .startsWith("client: standard input is closed")
                            .endsWith("start it with </dev/null\n");
                }
            }
            assertThat(send("", redirections, "--file", "-")).isEqualTo(1);
            Path file = Files.writeString(directory.resolve("in"), "from a file");
            assertThat(send("", redirections, "--file", file.toString())).isZero();
            assertThat(server.stops()).isZero();
        }
        assertThat(stored()).hasContent("from a file\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {">&-", "<&- >&-"})
    void refusesToPrintWhereStandardOutputIsClosed(String redirections) throws Exception {
        try (Jar server = start("", redirections, "server", "unix", socket().toString())) {
            assertThat(server.ends()).isEqualTo(1);
            assertThat(server.err())
                    .startsWith("server: cannot open stdout: standard output is closed")
                    .doesNotContain("ready");
        }
        for (String[] words : new String[][] {{"x", "--ack", "--print-acks"}, {"--help"}, {"--version"}}) {
            try (Jar client = client("", redirections, words)) {
                assertThat(client.ends()).isEqualTo(1);
                assertThat(client.err()).startsWith("client: standard output is closed");
            }
        }
    }

    /** As node and ssh leave it. */
    @ParameterizedTest
    @ValueSource(strings = {"-v", "--ack"})
    void waitsForAStandardInputThatDoesNotBlock(String option) throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/perl")), "needs perl");
        try (Jar server = server("")) {
            String nonBlocking = "fcntl(STDIN, F_SETFL, fcntl(STDIN, F_GETFL, 0) | O_NONBLOCK) or die; exec @ARGV";
            List<String> words = new ArrayList<>(List.of("perl", "-MFcntl", "-e", nonBlocking));
            words.addAll(Jar.command("client", "unix", socket().toString(), option));
            try (Jar client = Jar.start(words, directory)) {
                client.typesSome("one\n");
                await().atMost(START).until(() -> Files.readString(stored()).equals("one\n"));
                Duration before = processorTime(client);
                await().during(Duration.ofSeconds(2)).atMost(START).until(client::isAlive);
                assertThat(processorTime(client).minus(before)).isLessThan(Duration.ofSeconds(1));
                client.typesSome("two\nthr").types("ee");
                assertThat(client.ends()).as(client.err()).isZero();
            }
            assertThat(server.stops()).isZero();
        }
        assertThat(stored()).hasContent("one\ntwo\nthree\n");
    }

    private static Duration processorTime(Jar jar) {
        return ProcessHandle.of(jar.pid())
                .orElseThrow()
                .info()
                .totalCpuDuration()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 16, 18, 20, 22, 24})
    void saysWhatToDoWhenThereAreTooFewDescriptors(int most) throws Exception {
        String few = "ulimit -n " + most;
        try (Jar server = start(few, "</dev/null", "server", "tcp", "127.0.0.1:0", "unix", socket().toString())) {
            await().atMost(START).until(() -> server.err().contains("ready\n") || !server.isAlive());
            if (server.isAlive()) {
                server.stops();
            } else {
                assertThat(server.err()).contains("raise the limit").doesNotContain("event loop", "Unable");
            }
        }
        try (Jar client = start(few, "</dev/null", "client", "unix", "/none/of/that/name", "x")) {
            assertThat(client.ends()).isEqualTo(1);
            assertThat(client.err())
                    .containsAnyOf("raise the limit", "no such file or directory")
                    .doesNotContain("event loop", "Unable");
        }
    }

    @Test
    void logsWithoutNamesOfClassesAndThreads() throws Exception {
        try (Jar server = start("", "</dev/null", "server", "unix", socket().toString(), "-v")) {
            server.awaitReady();
            try (Jar client = client("", "", "x", "--ack", "-v", "--or", "unix " + socket())) {
                assertThat(client.ends()).isZero();
                assertThat(client.err()).doesNotContain("[accu-", "cc.accu.", "[main]");
            }
            server.stops();
            assertThat(server.err()).contains(" DEBUG ").doesNotContain("[accu-", "cc.accu.", "[main]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSIX", "C.UTF-8"})
    void sendsArgumentsByteForByteWhateverTheLocale(String locale) throws Exception {
        try (Jar server = server("")) {
            String words = "set -- \"$@\" \"$(printf 'gr\\303\\274')\" '' \"$(printf 'caf\\351')\"";
            assertThat(send("export LC_ALL=" + locale + "\n" + words, "")).isZero();
            assertThat(server.stops()).isZero();
        }
        assertThat(Files.readString(stored(), ISO_8859_1)).isEqualTo("gr\u00c3\u00bc\n\ncaf\u00e9\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client | unix @",
                "client | unix:///%C3%BC",
                "client | tcp :1 --file @",
                "client | tcp :1 --or unix:///@ --ack",
                "client | bench --run 00c0ffee --verify @",
                "client | ping unix @",
                "server | unix @",
                "server | tcp 127.0.0.1:0 --to file:/tmp/@",
                "server | tcp 127.0.0.1:0 --to file:/tmp/%C3%BC"
            })
    void refusesAPathThatTheJvmCannotOpen(String jar, String words) throws Exception {
        String[] arguments = words.replace("@", "/gr\u00fc").split(" ", -1);
        String before = "export LC_ALL=POSIX; unset LANG";
        try (Jar refused = start(before, "</dev/null", jar, arguments)) {
            assertThat(refused.ends()).isEqualTo(2);
            assertThat(refused.err()).contains("cannot be opened").contains("set LC_ALL=C.UTF-8");
        }
    }

    @Test
    void saysWhyTheNativeLibraryCannotBeLoaded() throws Exception {
        Path blocked = Files.writeString(directory.resolve("blocked"), "");
        List<String> words = new ArrayList<>(
                List.of("env", "JAVA_TOOL_OPTIONS=-Dio.netty.native.workdir=" + blocked.resolve("tmp")));
        words.addAll(Jar.command("server", "unix", socket().toString(), "--to", "discard"));
        try (Jar server = Jar.start(words, directory)) {
            server.awaitReady();
            assertThat(server.err())
                    .contains("no native transport: its library cannot be written to " + blocked.resolve("tmp"))
                    .contains("-Dio.netty.native.workdir=DIR");
            assertThat(server.stops()).isZero();
        }
    }
}
