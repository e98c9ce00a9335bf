package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.server.LineServer;
import cc.accu.server.sink.Sinks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No sender can hold up others, or the server's end. */
@Timeout(60)
class FairnessTest {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final int OTHERS = 20;

    @TempDir
    private Path directory;

    @TransportTest
    void othersAreHeardWhileOneSendsAtFullSpeed(Wire wire) throws Exception {
        try (LineServer server = wire.server(directory).sink(Sinks.discard()).start();
                RawPeer fast = RawPeer.connect(server)) {
            CompletableFuture<Void> flood = Beside.run(() -> flood(fast));
            await().until(() -> server.books().received() > 100_000);
            long start = System.nanoTime();
            for (int i = 0; i < OTHERS; i++) {
                try (RawPeer other = RawPeer.connect(server)) {
                    other.sends("accu/1\nhere I am\n").endsInput();
                    assertThat(other.hearsUntilClosed()).endsWith("ack 1\n");
                }
            }
            // One of them may be late where the processors have other work; all of them are not.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON.multipliedBy(OTHERS));
            assertThat(flood).isNotDone();
            long received = server.books().received();
            await().until(() -> server.books().received() > received);
        }
    }

    @TransportTest
    void aSenderThatDoesNotReadItsAcksDoesNotHoldUpTheEnd(Wire wire) throws Exception {
        LineServer server = wire.server(directory).sink(Sinks.discard()).start();
        try (RawPeer deaf = RawPeer.connect(server)) {
            deaf.sends("accu/1\n");
            ByteBuffer line = ByteBuffer.wrap("x\n".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 200_000; i++) {
                deaf.sends(line.rewind());
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> server.books().received() == 200_000);
            long before = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
            assertThat(server.books().stored()).isEqualTo(200_000);
            assertThat(server.books().inFlight()).isZero();
        }
    }

    private static void flood(RawPeer peer) throws IOException {
        ByteBuffer lines = ByteBuffer.wrap("some line or other\n".repeat(4096).getBytes(StandardCharsets.UTF_8));
        try {
            while (true) {
                peer.sends(lines.rewind());
            }
        } catch (ClosedChannelException ended) {
            assertThat(ended).isNotNull();
        }
    }
}
