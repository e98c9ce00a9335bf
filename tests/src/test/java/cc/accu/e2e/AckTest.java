package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.line.End;
import cc.accu.line.Line;
import cc.accu.line.LineFraming;
import cc.accu.server.Books;
import cc.accu.server.ConnectionState;
import cc.accu.server.Discarded;
import cc.accu.server.LineServer;
import cc.accu.server.sink.SinkState;
import cc.accu.server.sink.Sinks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sender that starts with {@code accu/1} hears, on every transport. */
@Timeout(60)
class AckTest {
    private static final String WELCOME = "accu/1 ok durable=none max-line=1048576\n";

    private final HeldSink sink = HeldSink.open();

    @TempDir
    private Path directory;

    @TransportTest
    void acknowledgesWhatItStored(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory).sink(sink).start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\ntwo\n").endsInput();
            assertThat(peer.hearsUntilClosed()).startsWith(WELCOME).endsWith("ack 2\n");
            assertThat(sink.texts()).containsExactly("one", "two");
            assertThat(sink.lines()).extracting(Line::number).containsExactly(1L, 2L);
            assertThat(server.books()).isEqualTo(new Books(2, 2, Map.of()));
        }
    }

    @TransportTest
    void takesTheGreetingHoweverTheNetworkCutsIt(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            String all = "accu/1\r\none\ntwo\nthree\n";
            for (int cut = 1; cut < all.length(); cut++) {
                int before = sink.count();
                try (RawPeer peer = RawPeer.connect(server)) {
                    peer.sends(all.substring(0, cut));
                    await().pollDelay(Duration.ofMillis(2)).until(() -> true);
                    peer.sends(all.substring(cut)).endsInput();
                    assertThat(peer.hearsUntilClosed())
                            .as("cut at " + cut)
                            .startsWith(WELCOME)
                            .endsWith("ack 3\n");
                }
                assertThat(sink.texts().subList(before, sink.count())).containsExactly("one", "two", "three");
            }
        }
    }

    @TransportTest
    void saysNothingToAnybodyElse(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory).sink(sink).start()) {
            for (String first :
                    List.of("accu/2\n", "accu/10\n", "Accu/1\n", " accu/1\n", "accu/1\r\r\n", "\naccu/1\n")) {
                try (RawPeer peer = RawPeer.connect(server)) {
                    peer.sends(first + "one\n").endsInput();
                    assertThat(peer.hearsUntilClosed()).as(first).isEmpty();
                }
            }
            assertThat(sink.texts())
                    .containsExactly(
                            "accu/2",
                            "one",
                            "accu/10",
                            "one",
                            "Accu/1",
                            "one",
                            " accu/1",
                            "one",
                            "accu/1\r",
                            "one",
                            "",
                            "accu/1",
                            "one");
        }
    }

    @TransportTest
    void saysNothingAtAllWithAcksOff(Wire wire) throws IOException {
        try (LineServer server =
                        wire.server(directory).acknowledging(false).sink(sink).start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\n").endsInput();
            assertThat(peer.hearsUntilClosed()).isEmpty();
            assertThat(sink.texts()).containsExactly("accu/1", "one");
        }
    }

    @TransportTest
    void refusesAGreetingWithParametersItDoesNotKnow(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory).sink(sink).start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1 session=7 first=1\none\n").endsInput();
            assertThat(peer.hearsUntilClosed()).startsWith(WELCOME + "err 1 bad-hello ");
            assertThat(sink.texts()).isEmpty();
        }
    }

    @TransportTest
    void acknowledgesNothingBeforeItIsStoredAndThenAllInOneAnswer(Wire wire) throws Exception {
        CountDownLatch stored = new CountDownLatch(1);
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        try (LineServer server = wire.server(directory)
                        .onLine(line -> {
                            awaitQuietly(stored);
                            lines.add(line.utf8());
                        })
                        .start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\n");
            for (int i = 0; i < 100; i++) {
                peer.sends("line " + i + "\n");
                awaitReceived(server, i + 1);
            }
            peer.endsInput();
            peer.takes(WELCOME.length());
            stored.countDown();
            // The handler held the first group, whose size is not known; all others are one. The last line was
            // received,
            // and may be with the sink too late for that.
            assertThat(peer.hearsUntilClosed()).matches("(ack \\d+\\n){0,2}ack 100\\n");
            assertThat(lines).hasSize(100);
        }
    }

    @TransportTest
    void endsWithAnErrorAfterALineThatIsTooLong(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory)
                        .framing(LineFraming.ofMaxLine(10))
                        .sink(sink)
                        .start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\ntwo\n" + "x".repeat(11) + "\nfour\n");
            peer.sends("y".repeat(100_000) + "\n");
            assertThat(peer.hearsUntilClosed())
                    .matches("accu/1 ok durable=none max-line=10\n(ack 1\n)?ack 2\nerr 3 too-long .*\n");
            assertThat(sink.texts()).containsExactly("one", "two");
            assertThat(server.books()).isEqualTo(new Books(3, 2, Map.of(Discarded.TOO_LONG, 1L)));
        }
    }

    @TransportTest
    void keepsAnUnterminatedLastLineOnlyWhenTheSenderEndedInOrder(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory)
                .framing(LineFraming.DEFAULT.withReadTimeout(Duration.ofSeconds(1)))
                .sink(sink)
                .start()) {
            try (RawPeer ends =
                    RawPeer.connect(server).sends("accu/1\none\nhal").endsInput()) {
                assertThat(ends.hearsUntilClosed()).endsWith("ack 2\n");
            }
            try (RawPeer timesOut = RawPeer.connect(server).sends("accu/1\ntwo\nhal")) {
                assertThat(timesOut.hearsUntilClosed()).endsWith("ack 1\n");
            }
            if (wire.canReset()) {
                RawPeer resets = RawPeer.connect(server).sends("accu/1\nthree\nhal");
                awaitReceived(server, 5);
                resets.resets();
            }
            int received = wire.canReset() ? 6 : 4;
            awaitReceived(server, received);
            assertThat(sink.texts()).startsWith("one", "hal", "two").doesNotHaveDuplicates();
            assertThat(sink.lines().get(1).end()).contains(End.EOF);
            assertThat(server.books().discarded()).containsOnlyKeys(Discarded.UNFINISHED);
        }
    }

    @TransportTest
    void saysThatTheServerStopsWhenAllIsStored(Wire wire) throws Exception {
        LineServer server = wire.server(directory).sink(sink).start();
        try (RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\ntwo\nthr");
            awaitReceived(server, 2);
            CompletableFuture<Void> stopping = Beside.run(server::close);
            assertThat(peer.hearsUntilClosed())
                    .startsWith(WELCOME)
                    .endsWith("ack 2\nerr 3 shutting-down the server is stopping\n");
            peer.close();
            stopping.get(10, TimeUnit.SECONDS);
        }
        assertThat(sink.texts()).containsExactly("one", "two");
        assertThat(server.books()).isEqualTo(new Books(3, 2, Map.of(Discarded.UNFINISHED, 1L)));
    }

    @TransportTest
    void saysWhichLineIsTheFirstThatAFailedSinkHasNot(Wire wire) throws IOException {
        try (LineServer server = wire.server(directory)
                        .drainTimeout(Duration.ofSeconds(5))
                        .onLine(line -> {
                            if (line.utf8().equals("bad")) {
                                throw new IllegalStateException("no bad ones");
                            }
                        })
                        .start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\ntwo\n");
            await().until(() -> server.books().stored() == 2);
            peer.sends("bad\nfour\n");
            assertThat(peer.hearsUntilClosed()).matches(WELCOME + "(ack 1\n)?ack 2\nerr 3 store-failed .*\n");
            await().untilAsserted(() ->
                    assertThat(server.books()).isEqualTo(new Books(4, 2, Map.of(Discarded.SINK_FAILED, 2L))));
            assertThat(server.sinks()).singleElement().satisfies(state -> {
                assertThat(state.health()).isEqualTo(SinkState.Health.FAILED);
                assertThat(state.problem())
                        .hasValueSatisfying(why -> assertThat(why).contains("no bad ones"));
            });
        }
    }

    @TransportTest
    void storesAllOfASenderThatNeverReadsItsAcks(Wire wire) throws Exception {
        int lines = 300_000;
        try (LineServer server = wire.server(directory).sink(Sinks.discard()).start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\n");
            ByteBuffer some = ByteBuffer.wrap("x\n".repeat(10).getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < lines / 10; i++) {
                peer.sends(some.rewind());
            }
            awaitReceived(server, lines);
            await().until(() -> server.books().stored() == lines);
            peer.endsInput();
            assertThat(peer.hearsUntilClosed()).startsWith("accu/1 ok").endsWith("ack " + lines + "\n");
        }
    }

    @TransportTest
    void acknowledgesWhenEverySinkHasIt(Wire wire) throws Exception {
        HeldSink slow = HeldSink.blocked();
        try (LineServer server = wire.server(directory).sink(sink).sink(slow).start();
                RawPeer peer = RawPeer.connect(server)) {
            peer.sends("accu/1\none\ntwo\n").endsInput();
            await().untilAsserted(() -> assertThat(server.sinks())
                    .extracting(SinkState::waitingMessages)
                    .containsExactly(0L, 2L));
            assertThat(sink.count()).isEqualTo(2);
            assertThat(server.books().stored()).isZero();
            assertThat(server.connections())
                    .singleElement()
                    .extracting(ConnectionState::books)
                    .isEqualTo(new Books(2, 0, Map.of()));
            slow.unblock();
            assertThat(peer.hearsUntilClosed()).endsWith("ack 2\n");
            assertThat(slow.texts()).isEqualTo(sink.texts());
        }
    }

    @Test
    void finishesEveryLineThoughUnfinishedOnesHaveSpentTheBuffer() throws Exception {
        int senders = 16;
        String half = "h".repeat(60_000);
        try (LineServer server = Wire.TCP
                .server(directory)
                .framing(LineFraming.ofMaxLine(128 * 1024))
                .bufferBytes(256 * 1024)
                .sink(sink)
                .start()) {
            Queue<RawPeer> peers = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < senders; i++) {
                peers.add(RawPeer.connect(server).sends(half));
            }
            CompletableFuture<?>[] endings = peers.stream()
                    .map(peer -> Beside.run(() -> finish(peer, half)))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(endings).get(30, TimeUnit.SECONDS);
            await().until(() -> sink.count() == senders);
            assertThat(sink.texts()).allMatch(text -> text.equals(half + half));
        }
    }

    private static void finish(RawPeer peer, String half) throws IOException {
        try (peer) {
            peer.sends(half + "\n").endsInput();
            assertThat(peer.hearsUntilClosed()).isEmpty();
        }
    }

    private static void awaitReceived(LineServer server, long lines) {
        await().pollInterval(Duration.ofMillis(1)).until(() -> server.books().received() >= lines);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}
