package cc.accu.e2e;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.client.LineClient;
import cc.accu.client.LineTooLongException;
import cc.accu.line.LineFraming;
import cc.accu.server.LineServer;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our client with our server, both with acknowledgements, on every transport. */
@Timeout(60)
class AckedDeliveryTest {
    @TempDir
    private Path directory;

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    }

    @TransportTest
    void completesASendWhenTheSinkHasStoredIt(Wire wire) throws Exception {
        HeldSink sink = HeldSink.blocked();
        try (LineServer server = wire.server(directory).sink(sink).start();
                LineClient client = wire.client(directory)
                        .acknowledged()
                        .connect(server.endpoints().get(0))) {
            assertThat(client.durable()).contains("none");
            CompletableFuture<Void> stored = client.send("accu.cc");
            await().until(() -> sink.heldBytes() > 0);
            assertThat(stored).isNotDone();
            sink.unblock();
            stored.get(10, SECONDS);
            assertThat(sink.texts()).containsExactly("accu.cc");
        }
    }

    @TransportTest
    void losesNothingWhileTheServerIsStoppedAndStarted(Wire wire) throws Exception {
        List<String> stored = new ArrayList<>();
        int sent;
        HeldSink sink = HeldSink.open();
        LineServer server = wire.server(directory).sink(sink).start();
        Endpoint endpoint = server.endpoints().get(0);
        try (LineClient client =
                wire.client(directory).acknowledged().windowBytes(4000).connect(endpoint)) {
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Integer> sending = Beside.ask(() -> sendUntil(enough, client));
            for (int round = 1; round <= 3; round++) {
                HeldSink current = sink;
                await().until(() -> current.count() > 100);
                server.close();
                stored.addAll(current.texts());
                sink = HeldSink.open();
                server = start(wire, endpoint, sink);
            }
            enough.set(true);
            sent = sending.get(30, SECONDS);
            client.flush().get(30, SECONDS);
        } finally {
            server.close();
        }
        stored.addAll(sink.texts());
        assertThat(new ArrayList<>(new LinkedHashSet<>(stored))).isEqualTo(numbers(sent));
    }

    private static int sendUntil(AtomicBoolean enough, LineClient client) {
        int sent = 0;
        while (!enough.get()) {
            client.send("line " + sent++);
        }
        return sent;
    }

    private LineServer start(Wire wire, Endpoint endpoint, HeldSink sink) throws IOException {
        return wire.server(directory, endpoint).sink(sink).start();
    }

    @TransportTest
    void learnsFromTheServerHowLongALineMayBe(Wire wire) throws Exception {
        HeldSink sink = HeldSink.open();
        try (LineServer server = wire.server(directory)
                .framing(LineFraming.ofMaxLine(10))
                .sink(sink)
                .start()) {
            LineClient client = wire.client(directory)
                    .acknowledged()
                    .connect(server.endpoints().get(0));
            client.send("1234567890").get(10, SECONDS);
            assertThatThrownBy(() -> client.send("12345678901").get(10, SECONDS))
                    .hasCauseInstanceOf(LineTooLongException.class);
            client.close();
            assertThat(client.messagesAcknowledged()).isEqualTo(1);
            assertThat(sink.texts()).containsExactly("1234567890");
        }
    }
}
