package cc.accu.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LineClientTest {
    @TempDir
    private Path directory = Path.of("");

    private PlainServer server(String network) throws IOException {
        return network.equals("tcp") ? PlainServer.tcp() : PlainServer.unix(directory);
    }

    private static String numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void deliversEveryMessageInOrder(String network) throws Exception {
        try (PlainServer server = server(network)) {
            CompletableFuture<String> text = server.text();
            try (LineClient client = LineClient.connect(server.endpoint())) {
                for (int i = 0; i < 30_000; i++) {
                    client.send("line " + i);
                }
            }
            assertThat(text.get(10, SECONDS)).isEqualTo(numbers(30_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void deliversBlocksAndSingleMessagesInTheOrderSent(String network) throws Exception {
        try (PlainServer server = server(network)) {
            CompletableFuture<String> text = server.text();
            try (LineClient client =
                    LineClient.builder().preferNative(true).windowBytes(10_000).connect(server.endpoint())) {
                client.send("first");
                client.sendLines(bytes(numbers(50_000)));
                client.send("last");
                client.flush().get(10, SECONDS);
                assertThat(client.messagesWritten()).isEqualTo(50_002);
                assertThat(client.messagesSent()).isEqualTo(50_002);
            }
            assertThat(text.get(10, SECONDS)).isEqualTo("first\n" + numbers(50_000) + "last\n");
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void completesASendOnceItIsWritten() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client = LineClient.connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            client.send("accu.cc").get(10, SECONDS);
            assertThat(client.messagesWritten()).isEqualTo(1);
            peer.shutdownOutput();
        }
    }

    @Test
    void keepsTheOrderOfEachOfManyThreads() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<String> text = server.text();
            try (LineClient client = LineClient.builder().windowBytes(1000).connect(server.endpoint())) {
                List<Thread> threads = new ArrayList<>();
                for (String name : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
                    threads.add(new Thread(() -> IntStream.range(0, 5000).forEach(i -> client.send(name + i))));
                }
                threads.forEach(Thread::start);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            List<String> lines = text.get(10, SECONDS).lines().toList();
            assertThat(lines).hasSize(40_000);
            assertThat(lines.stream().filter(line -> line.startsWith("c")))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 5000).mapToObj(i -> "c" + i).toList());
        }
    }

    @Test
    void refusesAMessageThatWouldBeTwo() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            CompletableFuture<String> text = server.text();
            try (LineClient client = LineClient.connect(server.endpoint())) {
                assertThatThrownBy(() -> client.send("one\ntwo"))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("line feed");
                assertThatThrownBy(() -> client.sendLines(bytes("one\ntwo")))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(text.get(10, SECONDS)).isEmpty();
        }
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        Endpoint gone;
        try (PlainServer server = PlainServer.tcp()) {
            gone = server.endpoint();
        }
        assertThatThrownBy(() -> LineClient.connect(gone))
                .isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to " + gone + ": connection refused; is a server running there?");
    }

    @Test
    void triesEveryAddressOfAHost() throws Exception {
        Endpoint gone;
        try (PlainServer server = PlainServer.tcp()) {
            gone = server.endpoint();
        }
        Endpoint byName = Endpoint.parse(gone.toString().replace("127.0.0.1", "localhost"));
        assertThatThrownBy(() -> LineClient.connect(byName)).hasMessageContaining("connection refused");
    }

    @Test
    void closeWaitsForTheServersClose() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client = LineClient.connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            client.send("accu.cc");
            CompletableFuture<Void> closing = closing(client);
            assertThat(PlainServer.rest(peer)).isEqualTo("accu.cc\n");
            assertThatThrownBy(() -> closing.get(200, MILLISECONDS)).isInstanceOf(TimeoutException.class);
            peer.close();
            closing.get(5, SECONDS);
        }
    }

    @Test
    void closeDoesNotKnowWhatAServerReadThatStaysOpen() throws Exception {
        try (PlainServer server = PlainServer.tcp()) {
            LineClient client =
                    LineClient.builder().closeTimeout(Duration.ofMillis(100)).connect(server.endpoint());
            try (SocketChannel peer = server.accept()) {
                client.send("accu.cc");
                client.sendLines(bytes(numbers(2)));
                assertThatThrownBy(client::close)
                        .isInstanceOfSatisfying(DeliveryException.class, failure -> {
                            assertThat(failure.messagesWritten()).isEqualTo(3);
                            assertThat(failure.messagesUnknown()).isEqualTo(3);
                        })
                        .hasMessage("3 sent, the server did not close in 100 ms: delivery unknown");
                client.close();
                assertThat(PlainServer.rest(peer)).isEqualTo("accu.cc\n" + numbers(2));
            }
        }
    }

    @Test
    void closeDoesNotCareAboutAServerThatStaysOpenWhenNothingWasSent() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client = LineClient.builder()
                        .closeTimeout(Duration.ofMillis(100))
                        .connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            client.close();
            assertThat(PlainServer.rest(peer)).isEmpty();
        }
    }

    @Test
    void closeDoesNotWaitIfToldNotTo() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client =
                        LineClient.builder().closeTimeout(Duration.ZERO).connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            client.send("accu.cc");
            closing(client).get(5, SECONDS);
            assertThat(PlainServer.rest(peer)).isEqualTo("accu.cc\n");
        }
    }

    static CompletableFuture<Void> closing(LineClient client) {
        return Beside.run(client::close);
    }

    private static void closeUnchecked(LineClient client) {
        try {
            client.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void cannotBeClosedFromItsOwnFuture() throws Exception {
        try (PlainServer server = PlainServer.tcp();
                LineClient client = LineClient.builder().windowBytes(30_000_000).connect(server.endpoint());
                SocketChannel peer = server.accept()) {
            // Too much to be written before the callback hangs on it: nobody reads yet.
            CompletableFuture<Void> closing =
                    client.sendLines(bytes(numbers(2_000_000))).thenRun(() -> closeUnchecked(client));
            CompletableFuture<Void> reading = Beside.run(() -> {
                PlainServer.rest(peer);
                peer.close();
            });
            assertThatThrownBy(() -> closing.get(10, SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
            client.close();
            reading.get(10, SECONDS);
        }
    }
}
