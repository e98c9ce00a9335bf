package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README and of docs/ as they stand there, but for the port and the paths in /tmp. */
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

    @Test
    void isShort() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    void itsFiguresAreThoseOfTheOtherPages() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String performance = Files.readString(ROOT.resolve("docs/performance.md"));
        String reliability = Files.readString(ROOT.resolve("docs/reliability.md"));
        assertThat(readme)
                .contains("**18.9 million lines", "10 times rsyslog, 98 %")
                .contains("**325 µs**", "Redis takes 323 µs", "**2.24 million**", "8.2 times Redis");
        assertThat(performance)
                .contains("| TCP, 1 connection | 18.6 | 18.9 (18.2 to 19.8) | 98 % | 1.89 | 10.0 times |")
                .contains("| Redis `XADD`, TCP | 323 µs |")
                .contains("| accu, TCP | 325 µs | 419 µs | 965 µs | 2.24 M (2.13 to 2.45) | 8.2 times Redis |");
        assertThat(readme).contains("1,000 `kill -9`", "200 simulated power cuts");
        assertThat(reliability).containsPattern("`kill-server` \\| 1,000 \\|(?: [0-9,]+ \\|){3} 0 \\|");
        assertThat(reliability).containsPattern("`power-cut` \\| 200 \\|(?: [0-9,]+ \\|){3} 0 \\|");
    }

    @Test
    void itsLinksLeadSomewhere() throws IOException {
        Pattern link = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
        try (Stream<Path> files = Files.walk(ROOT, 2)) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                assertThat(link.matcher(Files.readString(page))
                                .results()
                                .map(found -> page.resolveSibling(found.group(1))))
                        .as(page.toString())
                        .allMatch(Files::exists);
            }
        }
    }

    private List<String> blocks() throws IOException {
        int port = FreePort.find();
        String pages = Files.readString(ROOT.resolve("README.md"))
                + Files.readString(ROOT.resolve("docs/measuring.md"))
                + Files.readString(ROOT.resolve("docs/tls.md")).replace("accu.certs", "accu.certificates");
        String here = pages.replace("127.0.0.1:3000", "127.0.0.1:" + port)
                .replace("127.0.0.1 3000", "127.0.0.1 " + port)
                .replace(":3443", ":" + FreePort.find())
                .replace("/tmp/accu.", directory + "/accu.");
        return CHECKED.matcher(here).results().map(found -> found.group(1)).toList();
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
