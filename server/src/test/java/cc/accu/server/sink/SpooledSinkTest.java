package cc.accu.server.sink;

import static cc.accu.server.sink.SinkContract.flushed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.line.Durability;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.kafka.KafkaCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a real broker. */
@Timeout(60)
class SpooledSinkTest {
    private static final String NOBODY = "127.0.0.1:1";

    @TempDir
    private Path directory;

    private final KafkaCluster cluster = KafkaCluster.shared();
    private String topic = "";

    private Path spool() {
        return directory.resolve("spool");
    }

    private Sink open(String servers, String options) {
        return Sinks.parse("kafka://" + servers + "/" + topic + "?spool=" + spool() + options)
                .open();
    }

    private Sink open() {
        return open(cluster.servers(), "");
    }

    private static void store(Sink sink, LineBatch batch) throws Exception {
        flushed(sink, batch).get(10, TimeUnit.SECONDS);
    }

    private static void store(Sink sink, int from, int to) throws Exception {
        for (int number = from; number < to; number++) {
            store(sink, Batches.of(number + "\n"));
        }
    }

    private static List<String> numbers(int to) {
        return IntStream.range(0, to).mapToObj(Integer::toString).toList();
    }

    private List<String> values() {
        return cluster.read(topic).stream()
                .map(line -> new String(line.value(), UTF_8))
                .toList();
    }

    private static Sink.Backlog backlog(Sink sink) {
        return sink.backlog().orElseThrow();
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> line) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : line.headers()) {
            headers.put(header.key(), new String(header.value(), UTF_8));
        }
        return headers;
    }

    @Test
    void makesTheRecordsThatItWouldWithoutASpoolAndSaysWhereTheyWere() throws Exception {
        topic = cluster.topic();
        Origin local = new Origin(
                "unix /run/accu.sock",
                "pid=42,uid=1000",
                Optional.of(new Origin.Credentials(42, 1000, 100)),
                Optional.empty());
        try (Sink sink = open()) {
            assertThat(sink.durability()).isEqualTo(Durability.FSYNC);
            store(sink, Batches.of("one\ntwo\n".getBytes(UTF_8), local));
            for (LineBatch batch : Batches.framed(4, "abcdefg\nend", End.RESET)) {
                store(sink, batch);
            }
        }
        List<ConsumerRecord<byte[], byte[]>> lines = cluster.read(topic);
        assertThat(lines)
                .extracting(line -> new String(line.value(), UTF_8))
                .containsExactly("one", "two", "abcd", "efg", "end");
        assertThat(lines.get(0).key()).isEqualTo("uid=1000".getBytes(UTF_8));
        assertThat(headers(lines.get(0)))
                .containsEntry("accu-listener", "unix /run/accu.sock")
                .containsEntry("accu-peer", "pid=42,uid=1000")
                .containsEntry("accu-time", "2026-11-22T06:00:00.123Z");
        assertThat(headers(lines.get(2))).containsEntry("accu-cut", "true");
        assertThat(headers(lines.get(4))).containsEntry("accu-end", "reset");
        assertThat(lines.stream().map(line -> headers(line).get("accu-position")))
                .containsExactly("1", "2", "3", "4", "5");
        assertThat(lines.stream().map(line -> headers(line).get("accu-spool")).distinct())
                .singleElement()
                .asString()
                .matches("[0-9a-f]{16}");
    }

    @Test
    void storesWhileKafkaTakesNothingAndForwardsInOrderAfterwards() throws Exception {
        topic = cluster.topic();
        try (Sink sink = open()) {
            store(sink, 0, 10);
            await().until(() -> backlog(sink).lines() == 0);
            cluster.removeTopic(topic);
            store(sink, 10, 300);
            assertThat(backlog(sink).lines()).isPositive();
            assertThat(backlog(sink).bytes()).isPositive();
            assertThat(backlog(sink).oldest()).isPositive();
            assertThat(sink.held()).isEmpty();
            cluster.makeTopic(topic);
            store(sink, 300, 310);
            await().atMost(Duration.ofSeconds(30)).until(() -> backlog(sink).lines() == 0);
            assertThat(backlog(sink).oldest()).isZero();
        }
        assertThat(values()).endsWith("308", "309").containsAll(numbers(310).subList(10, 310));
    }

    @Test
    void beginsWithoutBrokersAndForwardsWhatAnEarlierRunLeft() throws Exception {
        topic = cluster.topic();
        try (Sink sink = open(NOBODY, "")) {
            store(sink, 0, 100);
            long before = System.nanoTime();
            sink.close();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        }
        try (Sink sink = open()) {
            assertThat(backlog(sink).lines()).isEqualTo(100);
            store(sink, 100, 110);
        }
        assertThat(values()).isEqualTo(numbers(110));
    }

    @Test
    void connectsToBrokersThatComeLater() throws Exception {
        topic = cluster.newName();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Sink sink = open("127.0.0.1:" + port, "&create=true&partitions=1")) {
            store(sink, 0, 50);
            assertThat(backlog(sink).lines()).isEqualTo(50);
            try (ServerSocket late = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
                new Thread(() -> passOn(late), "late").start();
                await().atMost(Duration.ofSeconds(40)).until(() -> backlog(sink).lines() == 0);
            }
        }
        assertThat(values()).isEqualTo(numbers(50));
    }

    /** Lets who connects talk to the broker. */
    private void passOn(ServerSocket listener) {
        int broker = Integer.parseInt(cluster.servers().replaceAll(".*:", ""));
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket("localhost", broker);
                new Thread(() -> copy(client, server), "to-broker").start();
                new Thread(() -> copy(server, client), "from-broker").start();
            }
        } catch (IOException closed) {
            assertThat(listener.isClosed()).isTrue();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException oneEnded) {
            // So does the other.
        }
    }

    @Test
    void holdsSendersWhileTheSpoolIsFullAndLosesNothing() throws Exception {
        topic = cluster.topic();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        String text = "x".repeat(10_000);
        try (Sink sink = open(cluster.servers(), "&spool-size=1MiB")) {
            cluster.removeTopic(topic);
            for (int i = 0; i < 300; i++) {
                waiting.add(flushed(sink, Batches.of(i + text + "\n")));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> sink.held().isPresent());
            assertThat(sink.held()).contains("spool-full");
            assertThat(waiting.get(299)).isNotDone();
            cluster.makeTopic(topic);
            for (CompletableFuture<Void> one : waiting) {
                one.get(40, TimeUnit.SECONDS);
            }
        }
        assertThat(values().stream().map(line -> line.replace("x", ""))).containsAll(numbers(300));
    }

    @Test
    void setsAsideWhatKafkaRefusesAndGoesOn() throws Exception {
        topic = cluster.topic(1, 1, Map.of("max.message.bytes", "2000"));
        String large = new Random(1)
                .ints(5000, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        try (Sink sink = open()) {
            store(sink, Batches.of("before\n"));
            store(sink, Batches.of(large + "\n"));
            store(sink, Batches.of("after\n"));
        }
        assertThat(values()).containsExactly("before", "after");
        assertThat(spool().resolve("accu-dead-letters.log"))
                .content()
                .contains("\"message\":\"" + large + "\"")
                .hasLineCount(1);
    }

    @Test
    void saysAtTheStartWhatIsWrongAndLeavesTheSpoolToTheNext() throws Exception {
        topic = "nobody-made-this";
        assertThatThrownBy(this::open)
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("there is no topic nobody-made-this")
                .hasMessageContaining("add create=true");
        topic = cluster.topic();
        Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> Sinks.parse(
                                "kafka://" + cluster.servers() + "/" + topic + "?spool=" + directory.resolve("file"))
                        .open())
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("is not a directory");
        try (Sink sink = open()) {
            store(sink, 0, 1);
        }
        assertThat(values()).containsExactly("0");
    }

    /** A spool that does not know any more what it forwarded brings all that it has again. */
    @Test
    void bringsLinesAgainWithTheSamePositions() throws Exception {
        topic = cluster.topic();
        try (Sink sink = open()) {
            store(sink, 0, 20);
        }
        Files.delete(spool().resolve("position"));
        try (Sink sink = open()) {
            store(sink, 20, 21);
        }
        assertThat(cluster.read(topic)).hasSize(41);
        LinesOnce once = new LinesOnce();
        assertThat(cluster.read(topic).stream()
                        .filter(line -> !once.isRepeat(line))
                        .map(line -> new String(line.value(), UTF_8))
                        .toList())
                .isEqualTo(numbers(21));
    }

    @Test
    void isDocumentedWithTheConsumerThatDropsRepeats() throws Exception {
        String code = Files.readString(Path.of("src/test/java/cc/accu/server/sink/LinesOnce.java"));
        String consumer = code.substring(code.indexOf("    private static final"), code.lastIndexOf('}'));
        assertThat(Files.readString(Path.of("../docs/kafka.md")).replaceAll("\\s+", ""))
                .contains(consumer.replaceAll("\\s+", ""));
    }
}
