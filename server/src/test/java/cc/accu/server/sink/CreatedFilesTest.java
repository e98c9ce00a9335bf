package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.server.LineServer;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may open what this program leaves on a disk, by a look at all of it. */
@Timeout(60)
class CreatedFilesTest {
    @TempDir
    Path directory;

    /** Makes one of each: as the server does, with the umask of whoever starts it. */
    static final class MakesAll {
        private MakesAll() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            LogDirectory logs = new LogDirectory(directory);
            String options = "rotate=4&compress=gzip&keep=100";
            try (FileWriter plain = FileWriter.open(
                    FileAddress.parse(directory.resolve("plain.log").toString(), Optional.of("rotate=4")))) {
                LogDirectory.store(plain, "line\n");
                LogDirectory.store(plain, "line\n");
            }
            try (FileWriter writer = logs.open(options)) {
                for (int i = 0; i < 5; i++) {
                    LogDirectory.store(writer, "line\n");
                }
                awaitCompressed(logs);
            }
            Files.write(logs.log(), new byte[] {'t', 'o', 'r', 'n'}, StandardOpenOption.APPEND);
            try (FileWriter writer = logs.open(options);
                    OpenSpool spool = OpenSpool.open(directory.resolve("spool"), 64 * 1024 * 1024);
                    LineServer server = LineServer.builder()
                            .listen(new Endpoint.Unix(
                                    directory.resolve("s.sock").toString()))
                            .onLine(line -> {})
                            .start()) {
                LogDirectory.store(writer, "line\n");
                CompletableFuture<Boolean> stored = new CompletableFuture<>();
                spool.sink().accept(Batches.of("line\n"), failure -> stored.complete(failure == null));
                spool.sink().flush();
                stored.get(20, TimeUnit.SECONDS);
                awaitCompressed(logs);
                print(directory);
                server.endpoints();
            }
        }

        private static void awaitCompressed(LogDirectory logs) {
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> logs.rotated().stream()
                            .allMatch(file -> file.toString().endsWith(".gz")));
        }

        private static void print(Path directory) throws IOException {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path one : all.skip(1).toList()) {
                    String mode = PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(one, LinkOption.NOFOLLOW_LINKS));
                    System.out.println(mode + " " + directory.relativize(one));
                }
            }
        }
    }

    @Test
    void areForItsOwnerAndGroupAloneWhateverTheUmask() throws IOException {
        for (String umask : List.of("000", "077")) {
            Path own = Files.createDirectory(directory.resolve(umask));
            JavaProgram.Ended ended =
                    JavaProgram.run("umask " + umask + "; exec \"$@\"", MakesAll.class, own.toString());
            assertThat(ended.exitCode()).as(ended.errors()).isZero();
            TreeMap<String, String> modes = new TreeMap<>();
            ended.output().lines().forEach(line -> modes.put(kind(line.substring(10)), line.substring(0, 9)));
            assertThat(modes)
                    .as("umask %s", umask)
                    .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                            Map.entry("messages.log", "rw-r-----"),
                            Map.entry("plain.log.TIME", "rw-r-----"),
                            Map.entry("messages.log.TIME.gz", "rw-r-----"),
                            Map.entry("messages.log.torn-TIME", "rw-r-----"),
                            Map.entry(".messages.log.lock", "rw-------"),
                            Map.entry("s.sock", "rw-rw----"),
                            Map.entry("spool", "rwxr-x---"),
                            Map.entry("spool/lines", "rw-r-----"),
                            Map.entry("spool/position", "rw-r-----"),
                            Map.entry("spool/.lines.lock", "rw-------"),
                            Map.entry("plain.log", "rw-r-----"),
                            Map.entry(".plain.log.lock", "rw-------")));
        }
    }

    private static String kind(String name) {
        return name.replaceAll("\\d{8}T\\d{9}Z(-\\d+)?", "TIME");
    }
}
