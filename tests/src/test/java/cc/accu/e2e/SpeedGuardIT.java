package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fails when accu has become far slower than it was, compared with a simple server on the same machine at that time. */
@Timeout(120)
final class SpeedGuardIT {
    /** How many times as fast as {@link ReferenceServer}; see docs/performance.md for the figure and its machine. */
    private static final double RECORDED_RATIO = 4.3;

    private static final int LINE_BYTES = 100;
    private static final int LINES = 1_000_000;
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 5;

    @TempDir
    private Path directory;

    @Test
    void isStillManyTimesAsFastAsASimpleServer() throws Exception {
        Path ours = Files.createFile(directory.resolve("ours"));
        Path theirs = Files.createFile(directory.resolve("theirs"));
        Path port = directory.resolve("port");
        List<String> reference = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ReferenceServer.class.getName(),
                theirs.toString(),
                port.toString());
        try (Jar accu = Jar.start(
                        "server", directory, "tcp", "127.0.0.1:0", "--to", "file:" + ours + "?format=raw&sync=never");
                Jar simple = Jar.start(reference, directory)) {
            Endpoint ourPort = accu.awaitTcp().get(0);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Files.exists(port) && Files.readString(port).endsWith("\n"));
            double ratio = ratio(ourPort, ours, endpoint(Files.readString(port).strip()), theirs);
            System.out.printf("speed: %.1f times the reference server, recorded %.1f%n", ratio, RECORDED_RATIO);
            assertThat(ratio).isGreaterThan(RECORDED_RATIO / 2);
            assertThat(simple.isAlive()).isTrue();
        }
    }

    private static Endpoint endpoint(String port) {
        return Endpoint.parse("tcp 127.0.0.1:" + port);
    }

    private static double ratio(Endpoint ours, Path ourFile, Endpoint theirs, Path theirFile) throws IOException {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < WARM_UPS + ROUNDS; round++) {
            double seconds = seconds(ours, ourFile);
            double theirSeconds = seconds(theirs, theirFile);
            if (round >= WARM_UPS) {
                ratios.add(theirSeconds / seconds);
            }
        }
        return ratios.stream().sorted().toList().get(ROUNDS / 2);
    }

    /** From the connection to the server's close, which comes when all is written. */
    private static double seconds(Endpoint endpoint, Path file) throws IOException {
        Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING); // both servers append
        byte[] block = ("x".repeat(LINE_BYTES - 1) + "\n").repeat(1000).getBytes(US_ASCII);
        ByteBuffer lines = ByteBuffer.allocateDirect(block.length).put(block);
        long start = System.nanoTime();
        try (RawPeer peer = RawPeer.connect(endpoint)) {
            for (int sent = 0; sent < LINES; sent += 1000) {
                peer.sends(lines.rewind());
            }
            assertThat(peer.endsInput().hearsUntilClosed()).isEmpty();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(Files.size(file)).isEqualTo((long) LINES * LINE_BYTES);
        return seconds;
    }
}
