package cc.accu.e2e;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.LineClient;
import cc.accu.line.Origin;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.server.RateLimit;
import cc.accu.server.ServerObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits of a listener cost a sender time, and no line, on every transport. */
@Timeout(60)
class LimitedSendersTest {
    @TempDir
    private Path directory;

    private final HeldSink sink = HeldSink.open();
    private final AtomicInteger connections = new AtomicInteger();

    private LineServer start(Wire wire, UnaryOperator<ListenOptions> limits) {
        return LineServer.builder()
                .listen(limits.apply(wire.listener(directory)))
                .preferNative(wire == Wire.TCP_NATIVE)
                .observer(new ServerObserver() {
                    @Override
                    public void connected(Origin origin) {
                        connections.incrementAndGet();
                    }
                })
                .sink(sink)
                .start();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    }

    @TransportTest
    void aClientGoesOnWhenItsConnectionsGetOld(Wire wire) throws Exception {
        try (LineServer server = start(wire, listener -> listener.maxAge(Duration.ofMillis(200)));
                LineClient client = wire.client(directory)
                        .acknowledged()
                        .connect(server.endpoints().get(0))) {
            for (String line : numbers(1500)) {
                client.send(line);
                LockSupport.parkNanos(500_000);
            }
            client.flush().get(30, SECONDS);
            assertThat(connections.get()).isGreaterThan(2);
            assertThat(sink.texts()).isEqualTo(numbers(1500));
        }
    }

    @TransportTest
    void aFastSenderIsHeldAndItsEndIsNoticed(Wire wire) throws Exception {
        try (LineServer server = start(wire, listener -> listener.rate(new RateLimit(200, 10_000)))) {
            long start = System.nanoTime();
            try (RawPeer peer = RawPeer.connect(server)) {
                for (String line : numbers(500)) {
                    peer.sends(line + "\n"); // each in a record of its own, where there is TLS
                }
                peer.endsInput();
                assertThat(peer.hearsUntilClosed()).isEmpty();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1400));
            assertThat(sink.texts()).isEqualTo(numbers(500));
        }
    }

    @TransportTest
    void aHeldSenderDoesNotHoldUpTheEnd(Wire wire) throws Exception {
        LineServer server = start(wire, listener -> listener.rate(new RateLimit(10, 1000)));
        try (RawPeer peer = RawPeer.connect(server)) {
            peer.sends(String.join("\n", numbers(3000)) + "\n");
            await().until(() -> sink.count() >= 10);
            server.close();
            assertThat(server.isDrained()).isTrue();
            assertThat(sink.texts()).isEqualTo(numbers(3000));
        }
    }
}
