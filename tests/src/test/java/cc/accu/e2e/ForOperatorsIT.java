package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators run and read: the commands that look at a server, its state and log, and what packages are made with. */
@Timeout(60)
class ForOperatorsIT {
    @TempDir
    private Path directory;

    private final int port = FreePort.find();
    private final int adminPort = FreePort.find();

    private Jar startServer(String admin, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("tcp", "127.0.0.1:" + port, "--to", "discard", "--admin", admin));
        words.addAll(List.of(more));
        return Jar.start("server", directory, words.toArray(String[]::new));
    }

    /** Where a server shows what it does. */
    private String admin(boolean overUnix) {
        return overUnix ? "unix:" + directory.resolve("admin.sock") : "127.0.0.1:" + adminPort;
    }

    /** The same, as a person types it who looks. */
    private String seen(boolean overUnix) {
        return overUnix ? admin(true) : "http://" + admin(false);
    }

    private void send(String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void followsMessagesUntilTheServerEnds(boolean overUnix) throws Exception {
        try (Jar server = startServer(admin(overUnix))) {
            server.awaitReady();
            try (Jar tail = Jar.start("client", directory, "tail", seen(overUnix), "--filter", "needle")) {
                await().untilAsserted(() -> {
                    send("hay\na needle \u001b[31m\n");
                    assertThat(tail.out()).contains(" a needle \\u001b[31m\n").doesNotContain("hay");
                });
                server.terminate();
                assertThat(tail.ends()).isEqualTo(1);
                assertThat(tail.err()).contains("has ended");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void showsBooksSinksAndConnections(boolean overUnix) throws Exception {
        try (Jar server = startServer(admin(overUnix))) {
            server.awaitReady();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write("one\n".getBytes(UTF_8));
                await().untilAsserted(() -> {
                    try (Jar top = Jar.start("client", directory, "top", seen(overUnix), "--once")) {
                        assertThat(top.ends()).isZero();
                        assertThat(top.out())
                                .contains("received=1 stored=1")
                                .contains("sink discard is good")
                                .contains("connection 127.0.0.1:" + socket.getLocalPort());
                    }
                });
            }
        }
    }

    /** With standard output where the shell puts it. */
    private Jar shell(String redirection, String... words) throws IOException {
        List<String> all =
                new ArrayList<>(List.of("bash", "-c", "\"$@\" " + redirection + "; exit ${PIPESTATUS[0]}", "sh"));
        all.addAll(Jar.command("client", words));
        return Jar.start(all, directory);
    }

    @ParameterizedTest
    @CsvSource({"top, --once", "top, --every=100ms", "--help,", "--version,", "man,", "completion,"})
    void saysThatItsOutputIsLost(String command, @Nullable String option) throws Exception {
        try (Jar server = startServer(admin(false))) {
            server.awaitReady();
            List<String> words = new ArrayList<>(List.of(command));
            if (option != null) {
                words.addAll(List.of(seen(false), option));
            }
            try (Jar full = shell(">/dev/full", words.toArray(String[]::new))) {
                assertThat(full.ends()).isEqualTo(1);
                assertThat(full.err()).contains("client: cannot write to standard output: no space left on device");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tail", "top"})
    void endsQuietlyWhenNobodyReadsAnyMore(String command) throws Exception {
        try (Jar server = startServer(admin(false))) {
            server.awaitReady();
            try (Jar first = shell("| head -1", command, seen(false))) {
                await().until(() -> {
                    send("one\n");
                    return !first.isAlive();
                });
                assertThat(first.ends()).isZero();
                assertThat(first.err()).isEmpty();
            }
        }
    }

    @Test
    void writesItsStateToTheLogWhenItIsAskedBySignal() throws Exception {
        try (Jar server = startServer(admin(false), "--log-format", "json")) {
            await().until(() -> server.err().contains("\"ready\""));
            new ProcessBuilder("kill", "-USR1", String.valueOf(server.pid()))
                    .start()
                    .waitFor();
            await().until(() -> server.err().contains("state: received=0"));
            assertThat(server.stops()).isZero();
            for (String line : server.err().lines().toList()) {
                JsonNode object = new ObjectMapper().readTree(line);
                assertThat(object.get("time").asText()).endsWith("Z");
                assertThat(object.get("level").asText()).isEqualTo("INFO");
                assertThat(object.get("message").asText()).isNotEmpty();
            }
        }
    }

    /** No file may get longer than a kilobyte: nothing can be done about that by going on in another. */
    private Jar startWithShortFiles(String onSinkFailure) throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "ulimit -f 1; exec \"$@\"", "sh"));
        words.addAll(Jar.command(
                "server",
                "tcp",
                "127.0.0.1:" + port,
                "--to",
                "file:" + directory.resolve("lines-" + onSinkFailure),
                "--on-sink-failure",
                onSinkFailure));
        Jar server = Jar.start(words, directory);
        server.awaitReady();
        return server;
    }

    @Test
    void endsWhenASinkHasFailedIfThatIsWhatItIsToDo() throws Exception {
        try (Jar server = startWithShortFiles("exit")) {
            send("too much for such a file\n".repeat(1000));
            assertThat(server.ends()).isEqualTo(1);
            assertThat(server.err()).contains("because the sink file:").contains("has failed: received=1000");
        }
        try (Jar server = startWithShortFiles("hold")) {
            send("too much for such a file\n".repeat(1000));
            await().until(() -> server.err().contains("has failed, and stores nothing more"));
            assertThat(server.stops()).isEqualTo(1);
        }
    }

    @Test
    void printsAPageForManAndCompletionForShells() throws Exception {
        for (String jar : new String[] {"server", "client"}) {
            try (Jar manual = Jar.start(jar, directory, "man");
                    Jar completion = Jar.start(jar, directory, "completion")) {
                assertThat(manual.ends()).isZero();
                assertThat(manual.out()).startsWith(".TH ACCU").contains("\\-\\-help", ".SH SYNOPSIS");
                assertThat(completion.ends()).isZero();
                Path script = Files.writeString(directory.resolve(jar + ".bash"), completion.out());
                assertThat(new ProcessBuilder("bash", "-n", script.toString())
                                .start()
                                .waitFor())
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "client"})
    void completesInZsh(String jar) throws Exception {
        assumeTrue(new File("/usr/bin/zsh").canExecute(), "there is no zsh");
        try (Jar completion = Jar.start(jar, directory, "completion", "zsh")) {
            assertThat(completion.ends()).isZero();
            assertThat(completion.out()).startsWith("#compdef accu").contains("{-V,--version}'[print the version");
            Path script = Files.writeString(directory.resolve("_" + jar), completion.out());
            assertThat(new ProcessBuilder("zsh", "-n", script.toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
    }

    @Test
    void saysOfWhichCommitItIs() throws Exception {
        try (Jar version = Jar.start("server", directory, "--version")) {
            assertThat(version.ends()).isZero();
            assertThat(version.out()).matches("accu server \\S+ \\(commit ([0-9a-f]{10}|unknown)\\)\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "client"})
    void helpsOnOneScreen(String jar) throws Exception {
        try (Jar help = Jar.start(jar, directory, "--help")) {
            assertThat(help.ends()).isZero();
            assertThat(help.out().lines().count()).isLessThan(50);
            assertThat(help.out()).as("not a terminal").doesNotContain("\u001b");
        }
    }
}
