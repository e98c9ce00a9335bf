package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client with several endpoints goes to one that it has not tried yet at once, and says of each why it was of no use. */
@Timeout(60)
class FailOverTest {
    @BeforeAll
    static void warmUp() throws Exception {
        AckServer.warmUp();
    }

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged().retryTimeout(Duration.ofSeconds(20));
    }

    private static Endpoint gone() throws Exception {
        AckServer gone = AckServer.tcp(talk -> {});
        gone.close();
        return gone.endpoint();
    }

    @ParameterizedTest
    @ValueSource(strings = {"store-failed", "shutting-down"})
    void doesNotWaitForManyThatAreOfNoUse(String code) throws Exception {
        List<AckServer> failed = new ArrayList<>();
        try (AckServer good = AckServer.tcp(talk -> talk.greets().acksAll())) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                failed.add(AckServer.tcp(
                        talk -> talk.hears().says("err 1 " + code + "\n").waitsForTheEnd()));
                endpoints.add(failed.get(i).endpoint());
            }
            endpoints.add(good.endpoint());
            Endpoint[] others = endpoints.subList(1, endpoints.size()).toArray(Endpoint[]::new);
            long start = System.nanoTime();
            try (LineClient client = builder().connect(endpoints.get(0), others)) {
                client.send("accu.cc").get(10, SECONDS);
                // Twelve waits would take half a minute.
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            }
        } finally {
            for (AckServer server : failed) {
                server.close();
            }
        }
    }

    @Test
    void leavesAServerThatFailsWhileThereIsNothingToSend() throws Exception {
        Semaphore failing = new Semaphore(0);
        try (AckServer one = AckServer.tcp(talk -> {
                    talk.greets().takes();
                    talk.acks();
                    failing.acquireUninterruptibly();
                    talk.says("err 2 store-failed\n").waitsForTheEnd();
                });
                AckServer two = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(one.endpoint(), two.endpoint())) {
            client.send("one").get(10, SECONDS);
            failing.release();
            await().until(() -> two.count() == 1);
            client.send("two").get(10, SECONDS);
            assertThat(two.lines(0)).containsExactly("two");
        }
    }

    @Test
    void restsWhenNoneIsOfUseAndThereIsNothingToSend() throws Exception {
        try (AckServer one = AckServer.tcp(AckServer.Talk::greets);
                AckServer two = AckServer.tcp(AckServer.Talk::greets);
                LineClient client = builder().connect(one.endpoint(), two.endpoint())) {
            await().until(() -> two.count() == 1);
            await().during(Duration.ofMillis(500)).until(() -> one.count() + two.count() == 2);
            assertThat(client.messagesSent()).isZero();
        }
    }

    @Test
    void namesEachThatCannotBeReachedOnce() throws Exception {
        Endpoint gone = gone();
        try (AckServer failed = AckServer.tcp(
                talk -> talk.hears().says("err 1 store-failed no space left\n").waitsForTheEnd())) {
            assertThatThrownBy(
                            () -> builder().retryTimeout(Duration.ofMillis(500)).connect(gone, failed.endpoint(), gone))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("gave up after 500ms (retry timeout): (1) ")
                    .hasMessageContaining(
                            "cannot connect to " + gone + ": connection refused; is a server running there?")
                    .hasMessageContaining(failed.endpoint() + ": it said 'err 1 store-failed no space left'")
                    .satisfies(failure -> assertThat(failure.getMessage())
                            .containsOnlyOnce(gone.toString())
                            .containsOnlyOnce(failed.endpoint().toString()));
        }
    }

    static Stream<Arguments> serversThatHang() {
        return Stream.of(
                Arguments.argumentSet("saysNothing", (AckServer.Script) AckServer.Talk::waitsForTheEnd),
                Arguments.argumentSet("acknowledgesNothing", (AckServer.Script)
                        talk -> talk.greets().waitsForTheEnd()),
                Arguments.argumentSet("acknowledgesOneLine", (AckServer.Script) talk -> {
                    talk.greets().takes();
                    talk.acks().waitsForTheEnd();
                }));
    }

    /** All the other timeouts are far longer. */
    @ParameterizedTest
    @MethodSource("serversThatHang")
    void aServerThatHangsTakesNoMoreThanItsShareOfTheRetryTimeout(AckServer.Script hangs) throws Exception {
        try (AckServer one = AckServer.tcp(hangs);
                AckServer two = AckServer.tcp(hangs);
                AckServer good = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder()
                        .retryTimeout(Duration.ofMillis(1500))
                        .connect(one.endpoint(), two.endpoint(), good.endpoint())) {
            client.sendLines(ByteBuffer.wrap("a\nb\nc\n".getBytes(StandardCharsets.UTF_8)))
                    .get(20, SECONDS);
            assertThat(good.lines(0)).contains("c");
        }
    }

    @Test
    void aHostThatDoesNotAnswerTakesNoMoreThanItsShareOfTheRetryTimeout() throws Exception {
        try (BlackHole hole = new BlackHole();
                AckServer good = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client =
                        builder().retryTimeout(Duration.ofSeconds(1)).connect(hole.endpoint(), good.endpoint())) {
            client.send("accu.cc").get(20, SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ack 999", "ack 0", "err 77 weird-code x", "err 1 too-long x", "nonsense"})
    void leavesAServerThatSaysWhatItCannotMean(String lie) throws Exception {
        try (AckServer liar =
                        AckServer.tcp(talk -> talk.greets().says(lie + "\n").waitsForTheEnd());
                AckServer good = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(liar.endpoint(), good.endpoint())) {
            client.send("accu.cc").get(10, SECONDS);
            assertThat(good.lines(good.count() - 1)).containsExactly("accu.cc");
            assertThat(liar.count()).isEqualTo(1);
        }
    }

    @Test
    void endsWhenNoneIsLeftThatMeansWhatItSays() throws Exception {
        try (AckServer one = AckServer.tcp(talk -> talk.greets().says("ack 7\n").waitsForTheEnd());
                AckServer two =
                        AckServer.tcp(talk -> talk.greets().says("ack 8\n").waitsForTheEnd())) {
            LineClient client = builder().connect(one.endpoint(), two.endpoint());
            await().until(() -> client.flush().isDone() && client.send("a").isCompletedExceptionally());
            assertThatThrownBy(() -> client.send("b").get(1, SECONDS))
                    .hasMessageContaining("(1) protocol error: " + one.endpoint() + " said 'ack 7'")
                    .hasMessageContaining("(2) protocol error: " + two.endpoint() + " said 'ack 8'");
        }
    }

    @Test
    void namesEachThatHung() throws Exception {
        try (BlackHole hole = new BlackHole();
                AckServer silent = AckServer.tcp(AckServer.Talk::waitsForTheEnd);
                AckServer last = AckServer.tcp(AckServer.Talk::waitsForTheEnd)) {
            assertThatThrownBy(() -> builder()
                            .retryTimeout(Duration.ofMillis(900))
                            .connect(hole.endpoint(), silent.endpoint(), last.endpoint()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("gave up after 900ms (retry timeout): (1) ")
                    .hasMessageContaining("cannot connect to " + hole.endpoint() + ": i/o timeout")
                    .hasMessageContaining(silent.endpoint() + ": it answered nothing within ")
                    .hasMessageEndingWith("cannot connect to " + last.endpoint() + ": it answered nothing");
        }
    }

    /** Takes no connection: the queue of those that wait for it is full. */
    private static final class BlackHole implements AutoCloseable {
        private final ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        private final List<SocketChannel> waiting = new ArrayList<>();

        BlackHole() throws IOException {
            for (int i = 0; i < 4; i++) {
                SocketChannel one = SocketChannel.open();
                waiting.add(one);
                one.configureBlocking(false);
                one.connect(listener.getLocalAddress());
            }
        }

        Endpoint endpoint() throws IOException {
            return Endpoint.parse("tcp 127.0.0.1:" + ((InetSocketAddress) listener.getLocalAddress()).getPort());
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (SocketChannel one : waiting) {
                one.close();
            }
        }
    }

    @Test
    void namesEachThatAPlainClientCannotReach() throws Exception {
        Endpoint one = gone();
        Endpoint two = gone();
        assertThatThrownBy(() -> LineClient.builder().connect(one, two))
                .isInstanceOf(ConnectException.class)
                .hasMessage("(1) cannot connect to " + one + ": connection refused; is a server running there?"
                        + " (2) cannot connect to " + two + ": connection refused; is a server running there?");
    }
}
