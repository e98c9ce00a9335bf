package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.Beside;
import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.Discarded;
import cc.accu.server.LineServer;
import cc.accu.server.ServerObserver;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkState;
import cc.accu.server.sink.Sinks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever waits for a sink that has failed is told, on every transport. */
@Timeout(60)
class FailedSinkTest {
    private static final String WELCOME = "accu/1 ok durable=none max-line=1048576\n";

    @TempDir
    private Path directory;

    private LineServer failing(Wire wire) {
        return wire.server(directory)
                .drainTimeout(Duration.ofSeconds(3))
                .onLine(line -> {
                    if (line.utf8().equals("bad")) {
                        throw new IllegalStateException("no bad ones");
                    }
                })
                .start();
    }

    private static void fails(LineServer server) throws IOException {
        try (RawPeer bad = RawPeer.connect(server).sends("bad\n").endsInput()) {
            await().until(() -> server.sinks().get(0).health() == SinkState.Health.FAILED);
        }
    }

    @TransportTest
    void tellsIdleConversations(Wire wire) throws IOException {
        try (LineServer server = failing(wire);
                RawPeer idle = RawPeer.connect(server).sends("accu/1\n");
                RawPeer between = RawPeer.connect(server).sends("accu/1\none\n")) {
            idle.takes(WELCOME.length());
            between.takes((WELCOME + "ack 1\n").length());
            fails(server);
            assertThat(idle.hearsUntilClosed()).startsWith("err 1 store-failed ");
            assertThat(between.hearsUntilClosed()).startsWith("err 2 store-failed ");
        }
    }

    @TransportTest
    void tellsNewConversationsInPlaceOfTheWelcomeHoweverTheNetworkCutsThem(Wire wire) throws IOException {
        String greeting = "accu/1\r\nline\n";
        try (LineServer server = failing(wire)) {
            fails(server);
            for (int cut = 1; cut < greeting.length(); cut++) {
                try (RawPeer peer = RawPeer.connect(server).sends(greeting.substring(0, cut))) {
                    await().pollDelay(Duration.ofMillis(10)).until(() -> true);
                    if (cut < "accu/1\r\n".length()) {
                        peer.sends(greeting.substring(cut));
                    }
                    assertThat(peer.hearsUntilClosed()).as("cut at " + cut).startsWith("err 1 store-failed ");
                }
            }
        }
    }

    @TransportTest
    void neverEndsInOrderWithAPlainSenderWhoseMessageIsLost(Wire wire) throws Exception {
        List<CompletableFuture<String>> heard = new ArrayList<>();
        List<RawPeer> peers = new ArrayList<>();
        try (LineServer server = failing(wire)) {
            fails(server);
            for (String message : List.of("a", "acc", "accu/1", "accu/1\r")) {
                RawPeer peer = RawPeer.connect(server).sends(message).endsInput();
                peers.add(peer);
                heard.add(Beside.ask(() -> whatItHears(peer)));
            }
            await().until(() -> server.books().discarded().getOrDefault(Discarded.SINK_FAILED, 0L) == 1 + peers.size());
            await().during(Duration.ofMillis(200)).until(() -> heard.stream().noneMatch(CompletableFuture::isDone));
        }
        for (CompletableFuture<String> one : heard) {
            assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo(wire.canReset() ? "reset" : "");
        }
        for (RawPeer peer : peers) {
            peer.close();
        }
    }

    private static String whatItHears(RawPeer peer) {
        try {
            return peer.hearsUntilClosed();
        } catch (IOException broken) {
            return "reset";
        }
    }

    @TransportTest
    void takesWhatASinkThrowsForItsFailure(Wire wire) throws IOException {
        Sink broken = new Sink() {
            @Override
            public void accept(LineBatch batch, Completion done) {
                throw new IllegalStateException("not today");
            }

            @Override
            public String address() {
                return "test";
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}
        };
        try (LineServer server = wire.server(directory)
                        .drainTimeout(Duration.ofSeconds(3))
                        .sink(broken)
                        .start();
                RawPeer peer = RawPeer.connect(server).sends("accu/1\none\n")) {
            assertThat(peer.hearsUntilClosed()).startsWith(WELCOME + "err 1 store-failed ");
            assertThat(server.sinks().get(0).health()).isEqualTo(SinkState.Health.FAILED);
            assertThat(server.books().inFlight()).isZero();
        }
    }

    @TransportTest
    void goesOnWhateverAnObserverThrows(Wire wire) throws IOException {
        ServerObserver broken = new ServerObserver() {
            @Override
            public void connected(Origin origin) {
                throw new IllegalStateException("connected");
            }

            @Override
            public void received(LineBatch batch) {
                throw new IllegalStateException("received");
            }

            @Override
            public void acknowledged(Origin origin, int lines, long nanos) {
                throw new IllegalStateException("acknowledged");
            }

            @Override
            public void sinkStored(String sink, int lines, long bytes) {
                throw new IllegalStateException("sinkStored");
            }

            @Override
            public void sinkCommitted(String sink, long bytes, long nanos) {
                throw new IllegalStateException("sinkCommitted");
            }

            @Override
            public void stored(Origin origin, int lines) {
                throw new IllegalStateException("stored");
            }
        };
        try (LineServer server = wire.server(directory)
                        .observer(broken)
                        .sink(Sinks.discard())
                        .start();
                RawPeer peer = RawPeer.connect(server).sends("accu/1\none\n").endsInput()) {
            assertThat(peer.hearsUntilClosed()).isEqualTo(WELCOME + "ack 1\n");
        }
    }
}
