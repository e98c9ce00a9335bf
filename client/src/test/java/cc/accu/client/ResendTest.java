package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.transport.ConnectException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ResendTest {
    @BeforeAll
    static void warmUp() throws Exception {
        AckServer.warmUp();
    }

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged().retryTimeout(Duration.ofSeconds(20));
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }

    /** The lines of all connections: each must go on no later than the one before broke off, and leave no gap. */
    private static void assertNothingIsLost(AckServer server, int count) {
        int known = 0;
        for (int i = 0; i < server.count(); i++) {
            List<String> lines = server.lines(i);
            if (!lines.isEmpty()) {
                int first = Integer.parseInt(lines.get(0).substring("line ".length()));
                assertThat(first).isLessThanOrEqualTo(known);
                assertThat(lines).isEqualTo(numbers(first, first + lines.size()));
                known = Math.max(known, first + lines.size());
            }
        }
        assertThat(known).isEqualTo(count);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13, 100})
    void survivesACutAfterEveryFewLines(int each) throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets();
            for (int i = 0; i < each; i++) {
                if (!talk.takes()) {
                    return;
                }
                // What is taken last is never acknowledged, but for the end.
                if (i < each - 1 || each == 1) {
                    talk.acks();
                }
            }
            if (talk.number % 2 == 0) {
                talk.resets();
            }
        })) {
            try (LineClient client = builder().connect(server.endpoint())) {
                numbers(0, 20).forEach(client::send);
                if (each > 1) {
                    client.sendLines(lines(numbers(20, 39)));
                    client.flush().get(40, SECONDS);
                    assertThat(client.messagesAcknowledged()).isEqualTo(39);
                } else {
                    client.flush().get(40, SECONDS);
                }
            }
            assertNothingIsLost(server, each > 1 ? 39 : 20);
            assertThat(server.count()).isGreaterThan(each == 100 ? 0 : 1);
        }
    }

    private static ByteBuffer lines(List<String> lines) {
        String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A cut number must not be taken for a smaller one. */
    @Test
    void believesNoAckThatWasCutAtAnyByte() throws Exception {
        String acks = "ack 1\nack 12\n";
        for (int i = AckServer.WELCOME.length() - 1; i >= 0; i -= 4) {
            deliversAlthoughTheFirstServerStopsAt(AckServer.WELCOME.substring(0, i), "");
        }
        for (int i = 0; i <= acks.length(); i++) {
            deliversAlthoughTheFirstServerStopsAt(AckServer.WELCOME, acks.substring(0, i));
        }
    }

    private static void deliversAlthoughTheFirstServerStopsAt(String welcome, String acks) throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            if (talk.number > 0) {
                talk.greets().acksAll();
                return;
            }
            talk.hears().says(welcome);
            if (!acks.isEmpty()) {
                talk.takes(12);
                talk.says(acks);
            }
        })) {
            try (LineClient client = builder().connect(server.endpoint())) {
                numbers(0, 12).forEach(client::send);
                client.sendLines(lines(numbers(12, 20))).get(10, SECONDS);
            }
            assertNothingIsLost(server, 20);
            int known = acks.endsWith("ack 12\n") ? 12 : acks.contains("\n") ? 1 : 0;
            assertThat(server.lines(1)).isEqualTo(numbers(known, 20));
        }
    }

    @Test
    void readsAnswersThatComeByteByByte() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            talk.hears();
            sayByByte(talk, AckServer.WELCOME);
            while (talk.takes()) {
                sayByByte(talk, "ack " + talk.taken() + "\n");
            }
        })) {
            try (LineClient client = builder().connect(server.endpoint())) {
                numbers(0, 200).forEach(client::send);
            }
            assertThat(server.lines(0)).isEqualTo(numbers(0, 200));
            assertThat(server.count()).isEqualTo(1);
        }
    }

    private static void sayByByte(AckServer.Talk talk, String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            talk.says(text.substring(i, i + 1));
        }
    }

    @Test
    void failsOverToTheNextEndpointAndBack(@TempDir Path directory) throws Exception {
        AckServer.Script dies = talk -> {
            talk.greets().takes(10);
            talk.acks().takes(5);
        };
        try (AckServer one = AckServer.tcp(dies);
                AckServer two = AckServer.unix(directory, dies);
                LineClient client = builder().connect(one.endpoint(), two.endpoint())) {
            assertThat(client.endpoint()).isEqualTo(one.endpoint());
            for (int i = 0; i < 40; i++) {
                client.send("line " + i);
            }
            client.flush().get(20, SECONDS);
            assertThat(one.lines(0)).isEqualTo(numbers(0, 15));
            assertThat(two.lines(0)).isEqualTo(numbers(10, 25));
            assertThat(one.lines(1)).isEqualTo(numbers(20, 35));
            assertThat(two.lines(1)).startsWith("line 30").contains("line 39");
        }
    }

    @Test
    void startsWithTheFirstEndpointThatIsThere() throws Exception {
        AckServer gone = AckServer.tcp(talk -> {});
        gone.close();
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(gone.endpoint(), server.endpoint())) {
            client.send("accu.cc").get(10, SECONDS);
            assertThat(client.endpoint()).isEqualTo(server.endpoint());
        }
    }

    @Test
    void noticesACloseWithoutWritingAndConnectsForTheNextLine() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets();
                    if (talk.number > 0) {
                        talk.acksAll();
                    }
                });
                LineClient client = builder().connect(server.endpoint())) {
            await().during(Duration.ofMillis(200)).until(() -> server.count() == 1);
            client.send("accu.cc").get(10, SECONDS);
            assertThat(server.lines(1)).containsExactly("accu.cc");
        }
    }

    @Test
    void aServerThatAcknowledgesNothingForTooLongIsLeft() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets();
                    if (talk.number == 0) {
                        talk.takes(2);
                        talk.says("ack 1\n").waitsForTheEnd();
                    }
                    talk.acksAll();
                });
                LineClient client = builder().ackTimeout(Duration.ofMillis(600)).connect(server.endpoint())) {
            client.send("line 0");
            client.send("line 1").get(10, SECONDS);
            assertThat(server.lines(1)).containsExactly("line 1");
        }
    }

    @Test
    void idlenessIsNoTimeout() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().ackTimeout(Duration.ofMillis(500)).connect(server.endpoint())) {
            client.send("line 0").get(10, SECONDS);
            await().during(Duration.ofMillis(750)).until(() -> server.count() == 1);
            client.send("line 1").get(10, SECONDS);
            assertThat(server.count()).isEqualTo(1);
        }
    }

    @Test
    void givesUpWhenThereIsNoProgressAndSaysWhatBecameOfEverything() throws Exception {
        AckServer server = AckServer.tcp(talk -> {
            talk.greets().takes(3);
            talk.says("ack 2\n");
        });
        LineClient client = LineClient.builder()
                .acknowledged()
                .retryTimeout(Duration.ofMillis(500))
                .connect(server.endpoint());
        CompletableFuture<Void> stored = client.sendLines(lines(numbers(0, 2)));
        CompletableFuture<Void> lost = client.send("line 2");
        stored.get(10, SECONDS);
        server.close();
        assertThatThrownBy(() -> lost.get(10, SECONDS))
                .cause()
                .isInstanceOf(DeliveryException.class)
                .hasMessage("gave up after 500ms (retry timeout): cannot connect to " + server.endpoint()
                        + ": connection refused; is a server running there?: 2 of 3 messages were acknowledged,"
                        + " 1 more were written and may be stored");
        assertThatThrownBy(() -> client.send("late").get()).hasCauseInstanceOf(DeliveryException.class);
        assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
    }

    @Test
    void aServerThatTakesAndClosesForEverIsGivenUp() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().takes())) {
            LineClient client = LineClient.builder()
                    .acknowledged()
                    .retryTimeout(Duration.ofMillis(500))
                    .connect(server.endpoint());
            CompletableFuture<Void> sent = client.send("line 0");
            assertThatThrownBy(() -> sent.get(10, SECONDS))
                    .hasMessageContaining("gave up after 500ms (retry timeout): " + server.endpoint()
                            + ": connection closed by peer: 0 of 1");
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
        }
    }

    @Test
    void waitsForAServerThatStartsLater() throws Exception {
        AckServer early = AckServer.tcp(talk -> {});
        early.close();
        CompletableFuture<LineClient> connecting = Beside.ask(() -> builder().connect(early.endpoint()));
        await().during(Duration.ofMillis(200)).until(() -> !connecting.isDone());
        try (AckServer late =
                        AckServer.at(early.endpoint(), talk -> talk.greets().acksAll());
                LineClient client = connecting.get(20, SECONDS)) {
            client.send("accu.cc").get(10, SECONDS);
            assertThat(late.lines(0)).containsExactly("accu.cc");
        }
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        AckServer gone = AckServer.tcp(talk -> {});
        gone.close();
        assertThatThrownBy(() -> LineClient.builder()
                        .acknowledged()
                        .retryTimeout(Duration.ofMillis(300))
                        .connect(gone.endpoint()))
                .isInstanceOf(ConnectException.class)
                .hasMessage(
                        "cannot connect to " + gone.endpoint() + ": connection refused; is a server running there?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shutting-down", "store-failed"})
    void aServerThatTakesNoMoreIsLeftForTheNext(String code) throws Exception {
        try (AckServer one = AckServer.tcp(talk -> {
                    talk.greets().takes(3);
                    talk.says("ack 2\nerr 3 " + code + " sorry\n").waitsForTheEnd();
                });
                AckServer two = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(one.endpoint(), two.endpoint())) {
            numbers(0, 5).forEach(client::send);
            client.flush().get(10, SECONDS);
            assertThat(two.lines(0)).isEqualTo(numbers(2, 5));
        }
    }

    @Test
    void aServerThatCannotStoreIsGivenUpInTheEnd() throws Exception {
        try (AckServer server = AckServer.tcp(
                talk -> talk.hears().says("err 1 store-failed no space left\n").waitsForTheEnd())) {
            assertThatThrownBy(() -> LineClient.builder()
                            .acknowledged()
                            .retryTimeout(Duration.ofMillis(300))
                            .connect(server.endpoint()))
                    .hasMessageContaining("gave up after 300ms (retry timeout): ")
                    .hasMessageContaining("'err 1 store-failed no space left'");
        }
    }
}
