package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.transport.ConnectException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client with acknowledgements waits for: it gives up when nothing came of it for the retry timeout. */
@Timeout(60)
class BoundedWaitsTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    /** Far less than any other timeout. */
    private static final Duration MOST = Duration.ofSeconds(5);

    @BeforeAll
    static void warmUp() throws Exception {
        AckServer.warmUp();
    }

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged().retryTimeout(TIMEOUT);
    }

    static Stream<Arguments> serversThatDoNotWelcome() {
        return Stream.of(
                servers("saysNothing", AckServer.Talk::waitsForTheEnd, "it answered nothing"),
                servers("readsNothing", BoundedWaitsTest::isStuck, "it answered nothing"),
                servers(
                        "saysHalfAWelcome",
                        talk -> talk.hears().says("accu/1 ok durable=fsync").waitsForTheEnd(),
                        "it answered nothing"),
                servers("saysGarbageByteByByte", BoundedWaitsTest::dripsForEver, "it answered"),
                servers("closesAtOnce", talk -> {}, "connection "),
                servers("fails", talk -> talk.hears().says("err 1 store-failed\n"), "it said 'err 1 store-failed'"));
    }

    private static Arguments servers(String name, AckServer.Script script, String reason) {
        return Arguments.argumentSet(name, script, reason);
    }

    private static void isStuck(AckServer.Talk talk) throws IOException {
        while (talk.isOpen()) {
            talk.rests(Duration.ofMillis(20));
        }
    }

    private static void dripsForEver(AckServer.Talk talk) throws IOException {
        while (talk.isOpen()) {
            talk.says("x").rests(Duration.ofMillis(20));
        }
    }

    @ParameterizedTest
    @MethodSource("serversThatDoNotWelcome")
    void connectingEnds(AckServer.Script script, String reason) throws Exception {
        try (AckServer server = AckServer.tcp(script)) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> builder().connect(server.endpoint()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining(reason)
                    .satisfies(failure -> assertThat(failure.getMessage()).containsOnlyOnce("127.0.0.1"));
            assertThat(since(start)).isBetween(TIMEOUT.dividedBy(2), MOST);
        }
    }

    static Stream<Arguments> serversThatDoNotAcknowledge() {
        return Stream.of(
                servers("saysNothing", talk -> talk.greets().waitsForTheEnd(), "no ack came"),
                servers("readsNothing", talk -> isStuck(talk.greets()), "no ack came"),
                servers("saysGarbageByteByByte", talk -> dripsForEver(talk.greets()), "no ack came"),
                servers("saysHalfAnAck", talk -> talk.greets().says("ack 1").waitsForTheEnd(), "no ack came"),
                servers("closes", AckServer.Talk::greets, "connection "),
                servers("fails", talk -> talk.greets().says("err 1 store-failed\n"), "it said 'err 1 store-failed'"));
    }

    @ParameterizedTest
    @MethodSource("serversThatDoNotAcknowledge")
    void sendingEnds(AckServer.Script script, String reason) throws Exception {
        try (AckServer server = AckServer.tcp(script)) {
            LineClient client = builder().windowBytes(1000).connect(server.endpoint());
            long start = System.nanoTime();
            CompletableFuture<Void> first = client.send("x".repeat(900));
            CompletableFuture<Void> waitsForRoom =
                    Beside.ask(() -> client.send("y".repeat(900))).thenCompose(sent -> sent);
            assertThatThrownBy(() -> first.get(20, SECONDS))
                    .hasCauseInstanceOf(DeliveryException.class)
                    .hasMessageContaining("gave up after 500ms (retry timeout): ")
                    .hasMessageContaining(reason);
            assertThat(since(start)).isBetween(TIMEOUT.dividedBy(2), MOST);
            assertThatThrownBy(() -> waitsForRoom.get(5, SECONDS)).hasCauseInstanceOf(DeliveryException.class);
        }
    }

    @Test
    void progressPutsItOff() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets();
                    while (talk.takes()) {
                        talk.rests(TIMEOUT.dividedBy(2)).acks();
                    }
                });
                LineClient client = builder().connect(server.endpoint())) {
            for (int i = 0; i < 4; i++) {
                client.send("line " + i);
            }
            client.flush().get(20, SECONDS);
            assertThat(server.count()).isEqualTo(1);
        }
    }

    @Test
    void idlenessIsNotWaiting() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(server.endpoint())) {
            for (int i = 0; i < 2; i++) {
                client.send("line " + i).get(5, SECONDS);
                await().during(TIMEOUT.multipliedBy(3).dividedBy(2)).until(() -> server.count() == 1);
            }
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
