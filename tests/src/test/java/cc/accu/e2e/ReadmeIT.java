package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs README's commands as they stand there, but for the port and the socket's path. */
final class ReadmeIT {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern CHECKED = Pattern.compile("<!-- checked -->\\s*```sh\\n(.*?)```", Pattern.DOTALL);
    private static final String BUILD = "mvn -q -DskipTests package && ";

    @TempDir
    private Path directory;

    @Test
    void itsCommandsDoWhatItSays() throws Exception {
        assumeTrue(succeeds("command -v nc"), "skipped: nc is missing (Debian: netcat-openbsd)");
        List<String> blocks = blocks();
        assertThat(blocks).hasSizeGreaterThan(2);
        assertThat(blocks.get(0)).startsWith(BUILD);
        Path out = directory.resolve("out");
        Path log = directory.resolve("log");
        Process server = shell("exec " + blocks.get(0).substring(BUILD.length()))
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Files.readString(log).contains("ready\n"));
            for (String block : blocks.subList(1, blocks.size())) {
                Process commands = shell("set -e\n" + block).inheritIO().start();
                assertThat(commands.waitFor(60, TimeUnit.SECONDS)).as(block).isTrue();
                assertThat(commands.exitValue()).as(block).isZero();
            }
        } finally {
            server.destroy();
        }
        assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
        assertThat(Files.readString(log))
                .contains("listening on tcp 127.0.0.1:", "listening on unix ", "stopped by SIGTERM");
        assertThat(Files.readString(out))
                .contains(
                        " hello over TCP\n",
                        " hello over a Unix socket\n",
                        " another message\n",
                        " second\n",
                        "# accu\n");
    }

    private List<String> blocks() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String readme = Files.readString(ROOT.resolve("README.md"))
                .replace("127.0.0.1:3000", "127.0.0.1:" + port)
                .replace("127.0.0.1 3000", "127.0.0.1 " + port)
                .replace("/tmp/accu.log", directory.resolve("accu.log").toString())
                .replace("/tmp/accu.sock", directory.resolve("accu.sock").toString());
        return CHECKED.matcher(readme).results().map(found -> found.group(1)).toList();
    }

    private static ProcessBuilder shell(String script) {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(ROOT.toFile());
        builder.environment()
                .merge(
                        "PATH",
                        Path.of(System.getProperty("java.home"), "bin").toString(),
                        (path, java) -> java + ":" + path);
        return builder;
    }

    private static boolean succeeds(String script) throws IOException, InterruptedException {
        return shell(script).start().waitFor() == 0;
    }
}
