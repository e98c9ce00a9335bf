package cc.accu.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConnectionLossTest {
    private static final String LINE = "x".repeat(999);

    @TempDir
    private Path directory = Path.of("");

    private PlainServer server(String network) throws IOException {
        return network.equals("tcp") ? PlainServer.tcp() : PlainServer.unix(directory);
    }

    /** Sends lines of 1000 bytes until the server's kernel takes no more of them. */
    private static CompletableFuture<Void> sendUntilStuck(LineClient client, int lines) {
        CompletableFuture<Void> last = new CompletableFuture<>();
        for (int i = 0; i < lines; i++) {
            last = client.send(LINE);
        }
        return last;
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void writeTimeoutTellsHowMuchWasWritten(String network) throws Exception {
        try (PlainServer server = server(network)) {
            LineClient client = LineClient.builder()
                    .writeTimeout(Duration.ofMillis(200))
                    .windowBytes(100_000_000)
                    .connect(server.endpoint());
            try (SocketChannel peer = server.accept()) {
                CompletableFuture<Void> last = sendUntilStuck(client, 20_000);
                DeliveryException failure = failureOf(last);
                assertThat(failure)
                        .hasMessageStartingWith("i/o timeout after 200ms: ")
                        .hasMessageContaining(" of 20000 messages were written (")
                        .hasMessageEndingWith(" of 20000000 bytes)");
                assertThat(failure.messagesWritten()).isPositive().isEqualTo(failure.bytesWritten() / 1000);
                assertThat(failure.messagesUnwritten()).isEqualTo(20_000 - failure.messagesWritten());
                assertThat(client.messagesWritten()).isEqualTo(failure.messagesWritten());
                assertThat(PlainServer.rest(peer)).hasSize((int) failure.bytesWritten());
            }
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    private static DeliveryException failureOf(CompletableFuture<Void> sent) {
        ExecutionException failed = catchThrowableOfType(ExecutionException.class, () -> sent.get(10, SECONDS));
        return (DeliveryException) Objects.requireNonNull(failed.getCause());
    }

    @Test
    void writeTimeoutSparesASlowReaderThatMoves() throws Exception {
        Duration timeout = Duration.ofMillis(500);
        // It has a small buffer: a large one is called writable only when a third of it is free, which takes a slow
        // reader long.
        try (PlainServer server = server("unix")) {
            CompletableFuture<Long> received = Beside.ask(() -> readSlowly(server));
            try (LineClient client = LineClient.builder().writeTimeout(timeout).connect(server.endpoint())) {
                long start = System.nanoTime();
                sendUntilStuck(client, 5000).get(30, SECONDS);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(timeout.multipliedBy(2));
            }
            assertThat(received.get(30, SECONDS)).isEqualTo(5_000_000);
        }
    }

    private static long readSlowly(PlainServer server) throws IOException {
        try (SocketChannel peer = server.accept()) {
            long all = 0;
            ByteBuffer some = ByteBuffer.allocate(8 * 1024);
            for (int n = peer.read(some); n >= 0; n = peer.read(some.clear())) {
                all += n;
                LockSupport.parkNanos(MILLISECONDS.toNanos(2));
            }
            return all;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void noticesThePeersCloseWithoutWriting(String network) throws Exception {
        try (PlainServer server = server(network)) {
            LineClient client = LineClient.connect(server.endpoint());
            try (SocketChannel peer = server.accept()) {
                peer.shutdownOutput();
                // Ends once the client has ended the connection: nothing was sent, so it must have read.
                assertThat(PlainServer.rest(peer)).isEmpty();
            }
            CompletableFuture<Void> late = client.send("late");
            assertThat(late).isCompletedExceptionally();
            assertThat(failureOf(late))
                    .hasMessage("connection closed by peer: 0 of 1 messages were written (0 of 5 bytes)");
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void failsEverySendOnceThePeerHasClosed(String network) throws Exception {
        try (PlainServer server = server(network)) {
            LineClient client = LineClient.connect(server.endpoint());
            server.accept().close();
            // The first write after the close may still succeed.
            await().untilAsserted(() -> assertThat(client.send("late")).isCompletedExceptionally());
            assertThat(failureOf(client.send("later")).getMessage()).contains(" messages were written (");
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    @Test
    void peersCloseFailsWhatIsPending() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            LineClient client = LineClient.builder().windowBytes(100_000_000).connect(server.endpoint());
            try (SocketChannel peer = server.accept()) {
                CompletableFuture<Void> last = sendUntilStuck(client, 20_000);
                peer.shutdownOutput();
                assertThat(failureOf(last)).hasMessageStartingWith("connection closed by peer: ");
            }
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    @Test
    void peersResetFailsWhatIsPendingAndTheClose() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            LineClient client = LineClient.connect(server.endpoint());
            client.send("accu.cc").get(10, SECONDS);
            SocketChannel peer = server.accept();
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            peer.close();
            await().untilAsserted(() -> assertThat(client.flush()).isCompleted());
            assertThatThrownBy(client::close)
                    .isInstanceOf(DeliveryException.class)
                    .hasMessage("connection reset by peer: 1 of 1 messages were written (8 of 8 bytes)");
        }
    }

    @Test
    void orderlyCloseOfAPeerThatGotEverythingIsNoFailure() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client = LineClient.connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            client.send("accu.cc").get(10, SECONDS);
            peer.shutdownOutput();
            assertThat(PlainServer.rest(peer)).isEqualTo("accu.cc\n");
        }
    }

    @Test
    void fullWindowFailsTheSendIfAskedTo() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            LineClient client = LineClient.builder()
                    .whenFull(WhenFull.FAIL)
                    .windowBytes(10_000)
                    .closeTimeout(Duration.ofMillis(200))
                    .connect(server.endpoint());
            try (SocketChannel peer = server.accept()) {
                List<CompletableFuture<Void>> sent = new ArrayList<>();
                do {
                    sent.add(client.send(LINE));
                } while (!sent.get(sent.size() - 1).isCompletedExceptionally());
                assertThatThrownBy(() -> sent.get(sent.size() - 1).get()).hasCauseInstanceOf(WindowFullException.class);
                assertThat(client.messagesSent()).isEqualTo(sent.size() - 1);
                // What the peer has not read when it closes becomes a reset.
                await().until(() -> client.messagesWritten() > 0);
                assertThat(peer.isOpen()).isTrue();
            }
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    @Test
    void fullWindowHoldsTheSenderUntilThePeerReads() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client = LineClient.builder().windowBytes(10_000).connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            CompletableFuture<Void> sending = Beside.run(() -> sendUntilStuck(client, 20_000));
            awaitStuck(client);
            assertThat(sending).isNotDone();
            assertThat(client.messagesSent() - client.messagesWritten()).isBetween(1L, 11L);
            CompletableFuture<Void> closing = sending.thenCompose(sent -> LineClientTest.closing(client));
            assertThat(PlainServer.rest(peer)).hasSize(20_000_000);
            peer.close();
            closing.get(10, SECONDS);
        }
    }

    /** Until nothing has been written for a while. */
    private static void awaitStuck(LineClient client) {
        AtomicLong before = new AtomicLong();
        await().during(Duration.ofMillis(300)).until(() -> {
            long now = client.messagesWritten();
            return now > 0 && before.getAndSet(now) == now;
        });
    }

    @Test
    void useAfterCloseFailsAtOnceFromAnyThreadBlockedOnesToo() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            LineClient client = LineClient.builder()
                    .windowBytes(10_000)
                    .closeTimeout(Duration.ofSeconds(30))
                    .connect(server.endpoint());
            try (SocketChannel peer = server.accept()) {
                List<CompletableFuture<Void>> blocked = IntStream.range(0, 4)
                        .mapToObj(i -> Beside.ask(() -> sendUntilClosed(client)).thenCompose(last -> last))
                        .toList();
                awaitStuck(client);
                CompletableFuture<Void> closing = LineClientTest.closing(client);
                for (CompletableFuture<Void> one : blocked) {
                    assertThatThrownBy(() -> one.get(10, SECONDS))
                            .hasCauseInstanceOf(ClosedException.class)
                            .hasMessageContaining("use of closed network connection");
                }
                assertThatThrownBy(() -> client.send("late").get()).hasCauseInstanceOf(ClosedException.class);
                assertThat(closing).isNotDone();
                peer.close();
                assertThatThrownBy(() -> closing.get(10, SECONDS)).cause().hasCauseInstanceOf(DeliveryException.class);
                client.close();
            }
        }
    }

    private static CompletableFuture<Void> sendUntilClosed(LineClient client) {
        CompletableFuture<Void> last = client.send(LINE);
        while (!last.isCompletedExceptionally()) {
            last = client.send(LINE);
        }
        return last;
    }
}
