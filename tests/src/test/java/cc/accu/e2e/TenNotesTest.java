package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.client.ClosedException;
import cc.accu.client.DeliveryException;
import cc.accu.client.LineClient;
import cc.accu.line.End;
import cc.accu.line.Line;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import cc.accu.server.Books;
import cc.accu.server.LineServer;
import cc.accu.server.ServerObserver;
import cc.accu.testing.ErrorOutput;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ten notes on sockets in Go's net package, as accu keeps them. */
@Timeout(60)
class TenNotesTest {
    private static final int LINE_BYTES = 1024;
    private static final int MANY_LINES = 20 * 1024;
    private static final Duration SHORT = Duration.ofMillis(150);

    @TempDir
    Path directory;

    // 1: net.Listen takes :3000, 127.0.0.1:3000 and :0.

    @TransportTest
    void note1ListensOnAnyFreePortAndTellsTheRealOne(Wire wire) throws IOException {
        HeldSink sink = HeldSink.open();
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            Endpoint real = server.endpoints().get(0);
            assertThat(Endpoint.parse(real.toString())).isEqualTo(real);
            if (real instanceof Endpoint.Tcp tcp) {
                assertThat(tcp.port()).isPositive();
            }
            try (LineClient client = wire.client(directory).connect(real)) {
                client.send("accu.cc").join();
            }
            await().untilAsserted(() -> assertThat(sink.texts()).containsExactly("accu.cc"));
        }
    }

    // 2: SetDeadline, SetReadDeadline, SetWriteDeadline. The write deadline is note 8.

    @TransportTest
    void note2EndsASenderThatIsSilentForTheReadTimeout(Wire wire) throws IOException {
        HeldSink sink = HeldSink.open();
        LineFraming framing = LineFraming.DEFAULT.withReadTimeout(SHORT);
        try (LineServer server =
                        wire.server(directory).framing(framing).sink(sink).start();
                RawPeer peer = RawPeer.connect(server)) {
            long start = System.nanoTime();
            peer.sends("whole\nhalf");
            assertThat(peer.hearsUntilClosed()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
            assertThat(sink.texts()).containsExactly("whole", "half");
            assertThat(ends(sink)).containsExactly(Optional.empty(), Optional.of(End.TIMEOUT));
        }
    }

    @TransportTest
    void note2EndsASenderThatNeverFinishesItsLine(Wire wire) throws IOException {
        HeldSink sink = HeldSink.open();
        LineFraming framing = LineFraming.DEFAULT.withLineTimeout(SHORT);
        try (LineServer server =
                        wire.server(directory).framing(framing).sink(sink).start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("whole\n");
            await().until(() -> sink.count() == 1);
            peer.sends("d");
            // A byte now and then does not help it: the line must be finished.
            assertThatThrownBy(() -> await().pollInterval(Duration.ofMillis(20))
                            .atMost(Duration.ofSeconds(10))
                            .until(() -> {
                                peer.sends("r");
                                return false;
                            }))
                    .isInstanceOf(IOException.class);
            await().until(() -> sink.count() == 2);
            assertThat(sink.texts().get(1)).startsWith("dr");
            assertThat(ends(sink)).containsExactly(Optional.empty(), Optional.of(End.TIMEOUT));
        }
    }

    // 3: the peer closed and bytes are unread: they are read, then comes EOF.

    @TransportTest
    void note3DeliversWhatArrivedBeforeTheSenderClosed(Wire wire) throws IOException {
        HeldSink sink = HeldSink.open();
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            try (RawPeer peer = RawPeer.connect(server)) {
                peer.sends("a\nb\nlast");
            }
            await().until(() -> sink.count() == 3);
            assertThat(sink.texts()).containsExactly("a", "b", "last");
            assertThat(ends(sink)).containsExactly(Optional.empty(), Optional.empty(), Optional.of(End.EOF));
        }
    }

    @TransportTest
    void note3DeliversWhatArrivedAlsoWhenReadingIsPaused(Wire wire) throws IOException {
        HeldSink sink = HeldSink.blocked();
        try (ErrorOutput log = ErrorOutput.captured();
                LineServer server =
                        wire.server(directory).windowBytes(1024).sink(sink).start()) {
            try (RawPeer peer = RawPeer.connect(server)) {
                peer.sends("first " + "x".repeat(2048) + "\n");
                await().until(() -> sink.heldBytes() > 0);
                peer.sends("unread\n".repeat(5000) + "last");
            }
            assertThat(sink.count()).isZero();
            sink.unblock();
            await().until(() -> sink.count() == 5002);
            assertThat(sink.texts().subList(1, 5001)).containsOnly("unread");
            assertThat(sink.texts().get(5001)).isEqualTo("last");
            assertThat(sink.lines().get(5001).end()).contains(End.EOF);
            server.close();
            assertThat(log.text()).doesNotContain("WARN", "ERROR");
        }
    }

    // 4: the peer closed, nothing is unread: EOF.

    @TransportTest
    void note4EndsQuietlyWhenTheSenderCloses(Wire wire) throws IOException {
        CountDownLatch disconnected = new CountDownLatch(2);
        HeldSink sink = HeldSink.open();
        ServerObserver observer = new ServerObserver() {
            @Override
            public void disconnected(Origin origin, Books books) {
                disconnected.countDown();
            }
        };
        try (LineServer server =
                wire.server(directory).observer(observer).sink(sink).start()) {
            try (RawPeer halfClosing = RawPeer.connect(server)) {
                assertThat(halfClosing.endsInput().hearsUntilClosed()).isEmpty();
            }
            RawPeer.connect(server).close();
            await().until(() -> disconnected.getCount() == 0);
            assertThat(server.books()).isEqualTo(new Books(0, 0, Map.of()));
        }
    }

    // 5: a full write has n == len.

    @TransportTest
    void note5SendCompletesWhenTheWholeMessageIsWritten(Wire wire) throws IOException {
        HeldSink sink = HeldSink.open();
        String large = "m".repeat(1_000_000);
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            try (LineClient client =
                    wire.client(directory).connect(server.endpoints().get(0))) {
                client.send(large).join();
                assertThat(client.messagesWritten()).isEqualTo(1);
            }
            await().until(() -> sink.count() == 1);
            assertThat(sink.texts()).containsExactly(large);
        }
    }

    // 6: writes block while the peer does not read.

    @TransportTest
    void note6HoldsTheSenderWhileTheSinkIsSlowAndDropsNothing(Wire wire) throws Exception {
        int window = 1024 * 1024;
        HeldSink sink = HeldSink.blocked();
        AtomicLong sent = new AtomicLong();
        try (LineServer server =
                        wire.server(directory).windowBytes(window).sink(sink).start();
                RawPeer peer = RawPeer.connect(server)) {
            CompletableFuture<Void> sender = Beside.run(() -> sendMany(peer, sent));
            awaitStandstill(sent::get);
            assertThat(sent.get()).isLessThan((long) MANY_LINES * LINE_BYTES);
            int read = 1024 * 1024;
            assertThat(sink.heldBytes()).isPositive().isLessThanOrEqualTo(window + read);
            assertThat(sink.count()).isZero();

            sink.unblock();
            sender.get(30, TimeUnit.SECONDS);
            assertThat(peer.hearsUntilClosed()).isEmpty();
            assertThat(sink.lines()).hasSize(MANY_LINES);
            assertThat(sink.texts()).isEqualTo(manyLines());
            assertThat(server.books()).isEqualTo(new Books(MANY_LINES, MANY_LINES, Map.of()));
        }
    }

    @TransportTest
    void note6TheClientWaitsOnceItsWindowIsFull(Wire wire) throws Exception {
        HeldSink sink = HeldSink.blocked();
        AtomicLong sent = new AtomicLong();
        try (LineServer server =
                wire.server(directory).windowBytes(64 * 1024).sink(sink).start()) {
            LineClient client = wire.client(directory)
                    .windowBytes(256 * 1024)
                    .connect(server.endpoints().get(0));
            CompletableFuture<Void> sender = Beside.run(() -> {
                for (String line : manyLines()) {
                    client.send(line);
                    sent.incrementAndGet();
                }
            });
            awaitStandstill(sent::get);
            assertThat(sender).isNotDone();
            assertThat((sent.get() - client.messagesWritten()) * LINE_BYTES).isLessThanOrEqualTo(256 * 1024);
            sink.unblock();
            sender.get(30, TimeUnit.SECONDS);
            client.close();
            assertThat(sink.texts()).isEqualTo(manyLines());
        }
    }

    // 7: part is written, then the connection breaks: the reader gets n != 0 and an error that is not EOF.

    @TransportTest
    void note7DeliversWholeLinesThenMarksTheRestOfABrokenConnection(Wire wire) throws IOException {
        HeldSink sink = HeldSink.open();
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            RawPeer peer = RawPeer.connect(server).sends("a\nb\nhal");
            await().until(() -> sink.count() == 2);
            if (wire.canReset()) {
                peer.resets();
            } else {
                peer.close();
            }
            await().until(() -> sink.count() == 3);
            assertThat(sink.texts()).containsExactly("a", "b", "hal");
            assertThat(ends(sink))
                    .containsExactly(
                            Optional.empty(), Optional.empty(), Optional.of(wire.canReset() ? End.RESET : End.EOF));
        }
    }

    @PlainTransportTest
    void note7TheClientTellsHowMuchWasWrittenBeforeTheConnectionBroke(Wire wire) throws Exception {
        try (ServerSocketChannel listener = wire.rawListener(directory)) {
            LineClient client = wire.client(directory).connect(Wire.endpointOf(listener));
            RawPeer server = new RawPeer(listener.accept());
            CompletableFuture<Void> first = client.send("first");
            first.get(10, TimeUnit.SECONDS);
            List<CompletableFuture<Void>> futures = sendUntilBlocked(client);
            server.takes(100);
            // With bytes unread, this resets the connection on every kind of socket.
            server.close();
            assertThat(futures.get(futures.size() - 1))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(DeliveryException.class, failure -> {
                        assertThat(failure.messagesWritten()).isPositive();
                        assertThat(failure.messagesUnwritten()).isPositive();
                        assertThat(failure)
                                .hasMessageContaining("messages were written")
                                .hasMessageContaining(String.valueOf(failure.messagesWritten()));
                    });
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    // 8: a write timeout tells how much was written.

    @PlainTransportTest
    void note8AWriteTimeoutTellsHowMuchWasWritten(Wire wire) throws Exception {
        try (ServerSocketChannel listener = wire.rawListener(directory)) {
            LineClient client = wire.client(directory).writeTimeout(SHORT).connect(Wire.endpointOf(listener));
            try (RawPeer neverReads = new RawPeer(listener.accept())) {
                byte[] message = "m".repeat(64 * 1024 * 1024).getBytes(UTF_8);
                assertThat(client.send(message))
                        .failsWithin(10, TimeUnit.SECONDS)
                        .withThrowableThat()
                        .havingCause()
                        .isInstanceOfSatisfying(DeliveryException.class, failure -> {
                            assertThat(failure).hasMessageStartingWith("i/o timeout");
                            assertThat(failure.bytesWritten()).isPositive().isLessThan(message.length);
                            assertThat(failure.messagesWritten()).isZero();
                            assertThat(failure.messagesUnwritten()).isEqualTo(1);
                        });
                assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
                assertThat(neverReads.hearsUntilClosed()).startsWith("mmm");
            }
        }
    }

    // 9: use of closed network connection.

    @TransportTest
    void note9UseAfterCloseFailsAtOnceFromAnyThread(Wire wire) throws Exception {
        HeldSink sink = HeldSink.open();
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            LineClient client =
                    wire.client(directory).connect(server.endpoints().get(0));
            client.send("before").join();
            client.close();
            Queue<Throwable> refusals = new ConcurrentLinkedQueue<>();
            onThreads(8, () -> client.send("after").whenComplete((done, refusal) -> refusals.add(refusal)));
            assertThat(refusals)
                    .hasSize(8)
                    .allSatisfy(refusal -> assertThat(refusal)
                            .isInstanceOf(ClosedException.class)
                            .hasMessage("use of closed network connection"));
            client.close();
            assertThat(sink.texts()).containsExactly("before");
        }
    }

    @PlainTransportTest
    void note9ClosingSendsAwayAllThatWaitForRoom(Wire wire) throws Exception {
        try (ServerSocketChannel listener = wire.rawListener(directory)) {
            LineClient client = wire.client(directory)
                    .windowBytes(LINE_BYTES)
                    .closeTimeout(SHORT)
                    .connect(Wire.endpointOf(listener));
            try (RawPeer neverReads = new RawPeer(listener.accept())) {
                CompletableFuture<Void> large = client.send(new byte[64 * 1024 * 1024]);
                Queue<Throwable> refusals = new ConcurrentLinkedQueue<>();
                List<Thread> waiting = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    Thread thread = new Thread(
                            () -> client.send("waits").whenComplete((done, refusal) -> refusals.add(refusal)));
                    thread.start();
                    waiting.add(thread);
                }
                await().until(() -> waiting.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
                assertThat(refusals).isEmpty();
                assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
                for (Thread thread : waiting) {
                    thread.join();
                }
                assertThat(refusals).hasSize(4).hasOnlyElementsOfType(ClosedException.class);
                assertThat(large).isCompletedExceptionally();
                assertThat(neverReads).isNotNull();
            }
        }
    }

    // 10: the peer closed: the first write still succeeds.

    @PlainTransportTest
    void note10NoticesThePeersCloseWithoutWriting(Wire wire) throws Exception {
        try (ServerSocketChannel listener = wire.rawListener(directory)) {
            LineClient client = wire.client(directory).connect(Wire.endpointOf(listener));
            RawPeer server = new RawPeer(listener.accept());
            List<CompletableFuture<Void>> pending = sendUntilBlocked(client);
            server.endsInput();
            assertThat(pending.get(pending.size() - 1))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(DeliveryException.class)
                    .withMessageContaining("closed by peer");
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
            server.close();
        }
    }

    @PlainTransportTest
    void note10FailsTheNextSendOnceThePeerHasClosed(Wire wire) throws Exception {
        try (ServerSocketChannel listener = wire.rawListener(directory)) {
            LineClient client = wire.client(directory).connect(Wire.endpointOf(listener));
            new RawPeer(listener.accept()).close();
            await().until(() -> client.send("anybody there?").isCompletedExceptionally());
            assertThat(client.send("still there?"))
                    .failsWithin(1, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(DeliveryException.class);
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    private static List<Optional<End>> ends(HeldSink sink) {
        return sink.lines().stream().map(Line::end).toList();
    }

    private static List<String> manyLines() {
        List<String> lines = new ArrayList<>(MANY_LINES);
        for (int i = 0; i < MANY_LINES; i++) {
            lines.add(String.format("%08d", i) + "x".repeat(LINE_BYTES - 9));
        }
        return lines;
    }

    private static void sendMany(RawPeer peer, AtomicLong sent) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((String.join("\n", manyLines()) + "\n").getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            sent.addAndGet(peer.writesSomeOf(bytes.slice(bytes.position(), Math.min(8192, bytes.remaining()))));
            bytes.position((int) sent.get());
        }
        peer.endsInput();
    }

    /** Sends more than the sockets hold; the last of the futures is pending. */
    private static List<CompletableFuture<Void>> sendUntilBlocked(LineClient client) {
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            futures.add(client.send("small"));
        }
        futures.add(client.send(new byte[64 * 1024 * 1024]));
        return futures;
    }

    /** Waits until the number is above zero and does not change for a while. */
    private static void awaitStandstill(LongSupplier number) {
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(50))
                .during(Duration.ofMillis(300))
                .until(() -> {
                    long now = number.getAsLong();
                    return before.getAndSet(now) == now && now > 0;
                });
    }

    private static void onThreads(int count, Runnable work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(new Thread(work));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
