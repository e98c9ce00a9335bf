package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The package for Debian, installed, started as its unit says, used and removed: on this machine, so only as root in CI. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DebianPackageIT {
    private static final Path SOCKET = Path.of("/run/accu/accu.sock");
    private static final Path STORED = Path.of("/var/lib/accu/messages.log");

    @TempDir
    private Path directory;

    private static Path packageFile() throws IOException {
        Path built = Path.of("..", "client", "target");
        try (Stream<Path> files = Files.list(built)) {
            Optional<Path> found =
                    files.filter(file -> file.toString().endsWith("_all.deb")).findFirst();
            assumeTrue(found.isPresent(), "needs the package: mvn -Pdeb verify");
            return found.orElseThrow().toAbsolutePath().normalize();
        }
    }

    private static void assumeHas(String... programs) {
        for (String program : programs) {
            assumeTrue(
                    Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin")
                            .anyMatch(path -> Files.isExecutable(Path.of(path, program))),
                    "needs " + program);
        }
    }

    /** What a command prints, which ends well. */
    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
        return output;
    }

    @Test
    void isCleanForLintian() throws Exception {
        assumeHas("lintian");
        assertThat(run(
                        "lintian",
                        "--allow-root",
                        "--fail-on",
                        "error,warning",
                        packageFile().toString()))
                .doesNotContain("E: ")
                .doesNotContain("W: ");
    }

    @Test
    void isInstalledStartedUsedAndRemoved() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        assumeHas("dpkg", "setpriv", "systemd-socket-activate", "systemd-analyze", "adduser");
        assumeTrue(!Files.exists(Path.of("/usr/bin/accu-server")), "accu is installed here: that is left alone");
        String file = packageFile().toString();
        try {
            assertThat(run("dpkg", "-i", file)).doesNotContain("no class archives");
            assertThat(run("accu-server", "check", "--config", "/etc/accu/server.conf"))
                    .contains("may start");
            assertThat(run("systemd-analyze", "verify", "/lib/systemd/system/accu.service"))
                    .isBlank();
            assertThat(run("systemd-analyze", "security", "--offline=true", "--threshold=20", "accu.service"))
                    .contains("OK");
            useAsTheUnitSays();
            assertThat(run("dpkg", "-i", file)).contains("Setting up accu");
            assertThat(Files.readString(STORED)).contains("over the socket of the unit\n");
        } finally {
            run("dpkg", "-P", "accu");
        }
        assertThat(Path.of("/etc/accu/server.conf")).doesNotExist();
        assertThat(Path.of("/var/cache/accu")).doesNotExist();
        assertThat(STORED).as("messages stay").exists();
    }

    private static String unit(String name) throws IOException {
        return Files.readAllLines(Path.of("/lib/systemd/system/accu.service")).stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    /** There is no systemd here that runs units: its own tool hands over the sockets, and the unit's command is run as its user. */
    private void useAsTheUnitSays() throws Exception {
        Files.createDirectories(
                SOCKET.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path log = directory.resolve("unit.log");
        Process server = new ProcessBuilder(
                        "systemd-socket-activate",
                        "-l",
                        SOCKET.toString(),
                        "-l",
                        "127.0.0.1:3000",
                        "setpriv",
                        "--reuid=" + unit("User"),
                        "--regid=" + unit("Group"),
                        "--init-groups",
                        "sh",
                        "-c",
                        "LISTEN_PID=$$ exec " + unit("ExecStart"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().until(() -> Files.exists(SOCKET));
            run("accu", "unix", SOCKET.toString(), "--ack", "over the socket of the unit");
            run("accu", "tcp", "127.0.0.1:3000", "--ack", "over TCP");
            assertThat(Files.readAllLines(STORED)).contains("over the socket of the unit", "over TCP");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(STORED)))
                    .isEqualTo("rw-r-----");
            assertThat(Files.getOwner(STORED).getName()).isEqualTo("accu");
        } finally {
            server.destroy();
            assertThat(server.waitFor(20, TimeUnit.SECONDS))
                    .as(Files.readString(log))
                    .isTrue();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.readString(log).contains("stopped by SIGTERM"));
        Files.deleteIfExists(SOCKET);
        assertThat(List.of(0, 143)).contains(server.exitValue());
    }
}
