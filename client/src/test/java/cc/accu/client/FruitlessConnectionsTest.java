package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection that acknowledged nothing before it broke: the next one is given less, until it acknowledges something. */
@Timeout(60)
class FruitlessConnectionsTest {
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final String WELCOME_FOR_LONG_LINES = "accu/1 ok durable=fsync max-line=1000000\n";

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged().retryTimeout(Duration.ofSeconds(20));
    }

    /** Each has 99 bytes, and is sent as 100. */
    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> String.format("line %094d", i))
                .toList();
    }

    private static ByteBuffer block(List<String> lines) {
        String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"100_000, 2000", "20_000, 600"})
    void arriveAtLastWhenEachConnectionIsCutBehindTheSameByte(int byteOfCut, int count) throws Exception {
        AtomicInteger stored = new AtomicInteger();
        List<Integer> storedBefore = new CopyOnWriteArrayList<>();
        try (AckServer server = AckServer.tcp(talk -> {
            storedBefore.add(stored.get());
            talk.greets();
            // What has come is stored when nothing more comes, as if the disk were slow.
            while (talk.takesUntilQuiet(QUIET, byteOfCut)) {
                stored.set(storedBefore.get(talk.number) + talk.taken());
                talk.acks();
            }
            talk.resets();
        })) {
            try (LineClient client = builder().connect(server.endpoint())) {
                client.sendLines(block(numbers(0, count))).get(40, SECONDS);
            }
            assertThat(stored).hasValue(count);
            for (int i = 0; i < server.count(); i++) {
                int first = storedBefore.get(i);
                List<String> lines = server.lines(i);
                assertThat(lines).isEqualTo(numbers(first, first + lines.size()));
            }
        }
    }

    @Test
    void areGivenLessEachTimeButNeverLessThanOneLine() throws Exception {
        List<Integer> counts = List.of(30, 14, 4, 1, 1);
        List<String> lines =
                numbers(0, 30).stream().map(line -> line + "x".repeat(4900)).toList();
        CompletableFuture<LineClient> connected = new CompletableFuture<>();
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.hears().says(WELCOME_FOR_LONG_LINES);
                    if (talk.number == counts.size()) {
                        talk.acksAll();
                        return;
                    }
                    talk.takes(counts.get(talk.number));
                    if (talk.number > 0) {
                        connected.join().send("more");
                        assertThat(talk.saysMoreWithin(QUIET)).isFalse();
                    }
                });
                LineClient client = builder().connect(server.endpoint())) {
            connected.complete(client);
            client.sendLines(block(lines)).get(40, SECONDS);
            for (int i = 0; i < counts.size(); i++) {
                assertThat(server.lines(i)).isEqualTo(lines.subList(0, counts.get(i)));
            }
            client.flush().get(10, SECONDS);
            assertThat(server.lines(counts.size())).startsWith(lines.toArray(String[]::new));
            assertThat(client.messagesAcknowledged()).isEqualTo(34);
        }
    }

    @Test
    void areForgottenWithTheFirstAck() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets();
                    if (talk.number == 1) {
                        talk.takes(656);
                        assertThat(talk.saysMoreWithin(QUIET)).isFalse();
                        talk.says("ack 1\n");
                        talk.takes(2000 - 656);
                    } else if (talk.takes(talk.number == 0 ? 2000 : 1999) && talk.number == 2) {
                        talk.acks().acksAll();
                    }
                });
                LineClient client = builder().connect(server.endpoint())) {
            client.sendLines(block(numbers(0, 2000))).get(20, SECONDS);
            assertThat(server.lines(0)).isEqualTo(numbers(0, 2000));
            assertThat(server.lines(1)).isEqualTo(numbers(0, 2000));
            assertThat(server.lines(2)).isEqualTo(numbers(1, 2000));
            assertThat(server.count()).isEqualTo(3);
        }
    }

    @Test
    void areGivenALineThatIsLongerThanAllTheyShouldHave() throws Exception {
        List<String> lines = List.of("a".repeat(100_000), "b".repeat(100_000), "c".repeat(100_000));
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.hears().says(WELCOME_FOR_LONG_LINES);
                    talk.takes(talk.number == 0 ? 3 : 1);
                    if (talk.number > 0) {
                        assertThat(talk.saysMoreWithin(QUIET)).isFalse();
                    }
                    if (talk.number == 2) {
                        talk.acks().acksAll();
                    }
                });
                LineClient client = builder().connect(server.endpoint())) {
            client.sendLines(block(lines)).get(20, SECONDS);
            assertThat(server.lines(0)).isEqualTo(lines);
            assertThat(server.lines(1)).isEqualTo(lines.subList(0, 1));
            assertThat(server.lines(2)).isEqualTo(lines);
        }
    }

    @Test
    void mustAcknowledgeInTimeWhatTheyAreGivenFirstAndThenTheRest() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets().takes(List.of(2000, 656, 164, 1).get(talk.number));
                    if (talk.number == 1) {
                        talk.waitsForTheEnd();
                    } else if (talk.number == 2) {
                        talk.acks().waitsForTheEnd();
                    } else if (talk.number == 3) {
                        talk.acks().acksAll();
                    }
                });
                LineClient client = builder().ackTimeout(Duration.ofMillis(500)).connect(server.endpoint())) {
            client.sendLines(block(numbers(0, 2000))).get(20, SECONDS);
            assertThat(server.lines(1)).isEqualTo(numbers(0, 656));
            assertThat(server.lines(3)).isEqualTo(numbers(164, 2000));
        }
    }

    @Test
    void areNoneWhenTheyWereGivenNothing() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    if (talk.number == 1) {
                        talk.hears();
                        return;
                    }
                    talk.greets();
                    if (talk.number > 1) {
                        talk.takes(2000);
                        talk.acks();
                    }
                });
                LineClient client = builder().connect(server.endpoint())) {
            await().during(Duration.ofMillis(200)).until(() -> server.count() == 1);
            client.sendLines(block(numbers(0, 2000))).get(20, SECONDS);
            assertThat(server.count()).isEqualTo(3);
        }
    }
}
