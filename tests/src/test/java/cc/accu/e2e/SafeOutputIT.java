package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged server writes of hostile messages, as other programs read it; and what it needs to run. */
@Timeout(120)
class SafeOutputIT {
    private static final int LINES = 3000;
    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    private static boolean isThere(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    /** All bytes, characters that programs stumble over, and pieces of them. */
    private static List<byte[]> hostileLines() {
        Random random = new Random(42);
        String[] tokens = {
            "\"",
            "\\",
            "\\u0000",
            "\0",
            "\u001b[2J",
            "\r",
            "gr\u00fc\u00df",
            "\u2028",
            "\u202e",
            "\ud83d\ude00",
            "\ufeff",
            "{",
            "}"
        };
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            StringBuilder line = new StringBuilder(String.valueOf(i));
            for (int j = random.nextInt(8); j > 0; j--) {
                String token = new String(tokens[random.nextInt(tokens.length)].getBytes(UTF_8), ISO_8859_1);
                line.append(random.nextInt(6) == 0 ? String.valueOf((char) random.nextInt(256)) : token);
            }
            lines.add(line.append('.').toString().replace('\n', ' ').getBytes(ISO_8859_1));
        }
        return lines;
    }

    private static void send(Path socket, List<byte[]> lines) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            for (byte[] line : lines) {
                ByteBuffer bytes = ByteBuffer.allocate(line.length + 1)
                        .put(line)
                        .put((byte) '\n')
                        .flip();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
    }

    @Test
    void writesJsonThatJqReads() throws Exception {
        assumeTrue(isThere("jq", "--version"), "needs jq");
        Path socket = directory.resolve("s");
        Path stored = directory.resolve("messages.json");
        List<byte[]> lines = hostileLines();
        try (Jar server =
                Jar.start("server", directory, "unix", socket.toString(), "--to", "file:" + stored + "?format=json")) {
            server.awaitReady();
            send(socket, lines);
            await().atMost(Duration.ofSeconds(30)).until(() -> linesOf(stored) == LINES);
            assertThat(server.stops()).isZero();
        }
        Path read = directory.resolve("read");
        Process jq = new ProcessBuilder(
                        "jq", "-r", "if has(\"base64\") then .base64 else .message | @base64 end", stored.toString())
                .redirectErrorStream(true)
                .redirectOutput(read.toFile())
                .start();
        assertThat(jq.waitFor())
                .as(Files.readString(read, ISO_8859_1).lines().findFirst().orElse(""))
                .isZero();
        assertThat(Files.readAllLines(read))
                .containsExactlyElementsOf(lines.stream()
                        .map(line -> Base64.getEncoder().encodeToString(line))
                        .toList());
    }

    private static long linesOf(Path file) throws IOException {
        return Files.exists(file)
                ? new String(Files.readAllBytes(file), ISO_8859_1)
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                : 0;
    }

    @Test
    void needsNoRoot() throws Exception {
        String[] nobody = {
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all"
        };
        List<String> words = new ArrayList<>(List.of(nobody));
        words.add("true");
        assumeTrue(isThere(words.toArray(String[]::new)), "needs root, and setpriv");
        Path home = Files.createDirectory(directory.resolve("home"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(home, "unix:uid", NOBODY);
        Path jar = Files.copy(Jar.file("server"), home.resolve("server.jar"));
        Path socket = home.resolve("s");
        Path stored = home.resolve("messages.log");
        words.set(
                words.size() - 1,
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xmx128m", "-jar", jar.toString(), "unix", socket.toString(), "tcp", "127.0.0.1:0"));
        words.addAll(List.of("--to", "file:" + stored));
        try (Jar server = Jar.start(words, directory)) {
            server.awaitReady();
            send(socket, List.of("accu.cc".getBytes(UTF_8)));
            await().atMost(Duration.ofSeconds(30)).until(() -> linesOf(stored) == 1);
            assertThat(Files.getAttribute(stored, "unix:uid")).isEqualTo(NOBODY);
            assertThat(server.stops()).as(server.err()).isZero();
        }
    }
}
