package cc.accu.server.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.LineServer;
import cc.accu.server.internal.kafka.KafkaCluster;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With a real broker. */
@Timeout(60)
class KafkaSinkTest extends SinkContract {
    private static final Map<String, String> REFUSES_WHAT_HAS_OVER_2000_BYTES = Map.of("max.message.bytes", "2000");

    @TempDir
    private Path directory;

    private final KafkaCluster cluster = KafkaCluster.shared();
    private String topic = "";

    @BeforeAll
    static void startTheBroker() {
        KafkaCluster.shared();
    }

    private String address(String options) {
        return "kafka://" + cluster.servers() + "/" + topic + "?dead-letters=" + deadLetters() + options;
    }

    private Path deadLetters() {
        return directory.resolve("refused.log");
    }

    private Sink open(String options) {
        return Sinks.parse(address(options)).open();
    }

    private Sink openNew(int partitions, Map<String, String> config) {
        topic = cluster.topic(partitions, 1, config);
        return open("");
    }

    @Override
    Sink open() {
        return openNew(1, Map.of());
    }

    /** One that refuses a line, and has no place for it. */
    @Override
    Optional<Sink> openBroken() {
        topic = cluster.topic(1, 1, Map.of("max.message.bytes", "10"));
        return Optional.of(Sinks.parse("kafka://" + cluster.servers() + "/" + topic
                        + "?dead-letters=/proc/nothing-is-made-here/refused.log")
                .open());
    }

    /** One whose topic is removed, and made again. */
    @Override
    Optional<Sink> openHanging(CountDownLatch gate) {
        Sink sink = open();
        cluster.removeTopic(topic);
        new Thread(() -> {
                    try {
                        gate.await();
                        cluster.makeTopic(topic);
                    } catch (InterruptedException stop) {
                        Thread.currentThread().interrupt();
                    }
                })
                .start();
        return Optional.of(sink);
    }

    @Override
    Optional<String> stored() {
        StringBuilder all = new StringBuilder();
        values(topic).forEach(value -> all.append(value).append('\n'));
        return Optional.of(all.toString());
    }

    private List<String> values(String ofTopic) {
        return cluster.read(ofTopic).stream()
                .map(one -> new String(one.value(), UTF_8))
                .toList();
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), new String(header.value(), UTF_8));
        }
        return headers;
    }

    private static void send(Sink sink, LineBatch batch) throws Exception {
        flushed(sink, batch).get(30, TimeUnit.SECONDS);
    }

    @Test
    void makesARecordOfEachLineThatSaysWhereItComesFrom() throws Exception {
        byte[] anyBytes = {0, (byte) 0xff, '\r', 'x', '\n'};
        try (Sink sink = openNew(3, Map.of())) {
            assertThat(sink.durability()).hasToString("replicated");
            send(sink, Batches.of(anyBytes, Batches.TCP));
        }
        ConsumerRecord<byte[], byte[]> line = cluster.read(topic).get(0);
        assertThat(line.value()).containsExactly(0, 0xff, '\r', 'x');
        assertThat(line.key()).isEqualTo("127.0.0.1".getBytes(UTF_8));
        assertThat(line.timestamp()).isEqualTo(Batches.MILLIS);
        assertThat(headers(line))
                .isEqualTo(Map.of(
                        "accu-listener",
                        "tcp 127.0.0.1:3000",
                        "accu-peer",
                        "127.0.0.1:51234",
                        "accu-time",
                        "2026-11-22T06:00:00.123Z"));
    }

    @Test
    void marksWhatWasCutOrEndedWithoutALineFeed() throws Exception {
        try (Sink sink = openNew(1, Map.of())) {
            for (LineBatch batch : Batches.framed(4, "abcdefg\nend", End.RESET)) {
                send(sink, batch);
            }
        }
        assertThat(cluster.read(topic))
                .extracting(line -> new String(line.value(), UTF_8) + " "
                        + headers(line).getOrDefault("accu-cut", "whole") + " "
                        + headers(line).getOrDefault("accu-end", "goes on"))
                .containsExactly("abcd true goes on", "efg whole goes on", "end whole reset");
    }

    @Test
    void formatsLinesAndKeepsTheirMarks() throws Exception {
        topic = cluster.topic();
        try (Sink sink = open("&format=json")) {
            for (LineBatch batch : Batches.framed(100, "one\nend", End.EOF)) {
                send(sink, batch);
            }
        }
        assertThat(values(topic)).hasSize(2).allMatch(json -> json.startsWith("{\"time\":") && json.endsWith("}"));
        assertThat(headers(cluster.read(topic).get(1))).containsEntry("accu-end", "eof");
    }

    /** Each of 50 senders has two connections. */
    @ParameterizedTest
    @CsvSource({"sender, 50, 15", "connection, 100, 20"})
    void keepsTheOrderOfEachKeyOverManyPartitions(String key, int keys, int partitionsAtLeast) throws Exception {
        topic = cluster.topic(24, 1, Map.of());
        Map<String, Integer> sent = new HashMap<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        try (Sink sink = open("&key=" + key)) {
            Random random = new Random(7);
            for (int i = 0; i < 3000; i++) {
                String sender = "10.0.0." + random.nextInt(50);
                String connection = sender + ":" + (1000 + random.nextInt(2));
                StringBuilder lines = new StringBuilder();
                for (int line = random.nextInt(5); line >= 0; line--) {
                    int number = sent.merge(key.equals("sender") ? sender : connection, 1, Integer::sum);
                    lines.append(number).append('\n');
                }
                Origin origin = Origin.of("tcp 127.0.0.1:3000", connection);
                waiting.add(accepted(sink, Batches.of(lines.toString().getBytes(UTF_8), origin)));
            }
            for (CompletableFuture<Void> one : waiting) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        Map<String, List<Integer>> byKey = new HashMap<>();
        Map<String, Set<Integer>> partitions = new HashMap<>();
        cluster.read(topic).forEach(line -> {
            String name = new String(line.key(), UTF_8);
            partitions.computeIfAbsent(name, one -> new HashSet<>()).add(line.partition());
            byKey.computeIfAbsent(name, one -> new ArrayList<>())
                    .add(Integer.parseInt(new String(line.value(), UTF_8)));
        });
        assertThat(byKey).hasSize(keys);
        byKey.forEach((name, numbers) -> assertThat(numbers)
                .as(name)
                .isEqualTo(IntStream.rangeClosed(1, sent.getOrDefault(name, 0))
                        .boxed()
                        .toList()));
        assertThat(partitions.values()).allMatch(one -> one.size() == 1);
        assertThat(partitions.values().stream().flatMap(Set::stream).distinct()).hasSizeGreaterThan(partitionsAtLeast);
    }

    @Test
    void spreadsLinesWithoutKeysOverThePartitions() throws Exception {
        topic = cluster.topic(24, 1, Map.of());
        int count = 12_000;
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        try (Sink sink = Sinks.parse(address("&key=none")).open(KafkaSettings.DEFAULT.with("batch.size", "4096"))) {
            for (int i = 0; i < count; i++) {
                waiting.add(accepted(sink, Batches.of("x".repeat(100) + "\n")));
            }
            for (CompletableFuture<Void> one : waiting) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        Map<Integer, Integer> lines = new HashMap<>();
        cluster.read(topic).forEach(line -> lines.merge(line.partition(), 1, Integer::sum));
        assertThat(lines.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(count);
        assertThat(lines).hasSizeGreaterThan(20);
        assertThat(lines.values()).allMatch(some -> some < count / 4);
    }

    /** The page's commands, but for the names of the brokers and of the topic. */
    @Test
    void isReadBackByTheCommandsOfThePage() throws Exception {
        boolean there =
                new ProcessBuilder("sh", "-c", "command -v kcat").start().waitFor() == 0;
        if (!there) {
            System.out.println("skipped isReadBackByTheCommandsOfThePage: kcat is not installed");
        }
        assumeTrue(there, "kcat is not installed");
        try (Sink sink = openNew(1, Map.of())) {
            send(sink, Batches.of("one\ntwo words\n"));
        }
        List<String> commands = Files.readAllLines(Path.of("../docs/kafka.md")).stream()
                .filter(line -> line.startsWith("kcat "))
                .toList();
        assertThat(commands).isNotEmpty();
        for (String command : commands) {
            String here = command.replace("broker-1:9092", cluster.servers()).replace("-t logs", "-t " + topic);
            Process kcat = new ProcessBuilder("sh", "-c", here + " 2>&1").start();
            assertThat(new String(kcat.getInputStream().readAllBytes(), UTF_8))
                    .as(here)
                    .contains(
                            Batches.MILLIS + " 127.0.0.1 accu-listener=tcp 127.0.0.1:3000,accu-peer=127.0.0.1:51234,"
                                    + "accu-time=2026-11-22T06:00:00.123Z one\n",
                            "accu-time=2026-11-22T06:00:00.123Z two words\n");
            assertThat(kcat.waitFor()).as(here).isZero();
        }
    }

    @Test
    void hasNoKeyIfNoneIsWanted() throws Exception {
        topic = cluster.topic();
        try (Sink sink = open("&key=none")) {
            send(sink, Batches.of("one\n"));
        }
        assertThat(cluster.read(topic).get(0).key()).isNull();
    }

    @Test
    void makesTheTopicIfThatIsWanted() throws Exception {
        topic = cluster.newName();
        try (Sink sink = open("&create=true&partitions=5&replicas=1")) {
            send(sink, Batches.of("one\n"));
        }
        assertThat(values(topic)).containsExactly("one");
        try (Sink again = open("&create=true&partitions=5")) {
            send(again, Batches.of("two\n"));
        }
        assertThat(cluster.read(topic)).hasSize(2);
    }

    @Test
    void hasATopicForEachListener() throws Exception {
        String mark = cluster.newName();
        topic = mark + "-{listener}";
        try (Sink sink = open("&create=true")) {
            send(sink, Batches.of("one\n".getBytes(UTF_8), Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:1")));
            send(sink, Batches.of("two\n".getBytes(UTF_8), Origin.of("unix /var/run/accu.sock", "uid=1")));
        }
        assertThat(values(mark + "-tcp-127.0.0.1-3000")).containsExactly("one");
        assertThat(values(mark + "-unix-var-run-accu.sock")).containsExactly("two");
    }

    @Test
    void setsAsideWhatKafkaRefusesAndGoesOn() throws Exception {
        StringBuilder lines = new StringBuilder("before\n");
        new Random(1).ints(6000, 'a', 'z' + 1).forEach(letter -> lines.append((char) letter));
        try (Sink sink = openNew(1, REFUSES_WHAT_HAS_OVER_2000_BYTES)) {
            send(sink, Batches.of(lines + "\nafter\n"));
            assertThat(Files.readString(deadLetters()))
                    .startsWith("{\"topic\":\"" + topic + "\",\"reason\":\"RecordTooLarge")
                    .contains("\"time\":\"2026-11-22T06:00:00.123Z\"", "\"line\":2,\"message\":\"" + lines.substring(7))
                    .endsWith("}\n")
                    .hasLineCount(1);
        }
        assertThat(values(topic)).containsExactly("before", "after");
    }

    /** A batch of Kafka's own is refused whole for one bad record in it. */
    @Test
    void losesNoLineThatIsSentTogetherWithARefusedOne() throws Exception {
        long now = System.currentTimeMillis();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        try (Sink sink = openNew(1, Map.of("message.timestamp.before.max.ms", "3600000"))) {
            for (int i = 0; i < 300; i++) {
                long time = i % 10 == 5 ? now - 7_200_000 : now;
                waiting.add(accepted(sink, LineBatch.of(Batches.of(i + "\n").lines(), 1, Batches.TCP, i + 1, time)));
            }
            for (CompletableFuture<Void> one : waiting) {
                one.get(30, TimeUnit.SECONDS);
            }
            assertThat(Files.readString(deadLetters())).hasLineCount(30).contains("\"message\":\"5\"");
        }
        assertThat(new HashSet<>(values(topic))).hasSize(270).doesNotContain("5", "15");
    }

    /** What is on its way to a partition that is not there any more goes to another. */
    @Test
    void goesOnWhenATopicIsMadeAnewWithFewerPartitions() throws Exception {
        topic = cluster.topic(12, 1, Map.of());
        try (Sink sink = Sinks.parse(address("&key=connection"))
                .open(KafkaSettings.DEFAULT.with("request.timeout.ms", "2000"))) {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                if (i == 50) {
                    cluster.removeTopic(topic);
                }
                Origin origin = Origin.of("tcp 127.0.0.1:3000", "10.0.0.1:" + (1000 + i % 40));
                waiting.add(accepted(sink, Batches.of((i + "\n").getBytes(UTF_8), origin)));
            }
            Thread.sleep(1000);
            cluster.makeTopic(topic);
            for (CompletableFuture<Void> one : waiting) {
                one.get(40, TimeUnit.SECONDS);
            }
        }
        assertThat(cluster.read(topic)).isNotEmpty();
    }

    @Test
    void saysAtTheStartWhatIsWrong() throws IOException {
        topic = "nobody-made-it";
        assertThatThrownBy(() -> open(""))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("cannot open kafka://" + cluster.servers() + "/nobody-made-it: there is no topic")
                .hasMessageContaining("add create=true to the address");
        assertThatThrownBy(() -> open("&create=true&replicas=3")).hasMessageContaining("the cluster has 1 brokers");
        assertThatThrownBy(
                        () -> Sinks.parse("kafka://no-such-host.invalid:9092/t").open())
                .hasMessageContaining("cannot connect to no-such-host.invalid:9092: no such host");
        assertThatThrownBy(() -> Sinks.parse("kafka://127.0.0.1:1/t").open())
                .hasMessageContaining("127.0.0.1:1: connection refused")
                .hasMessageContaining("--kafka-wait");
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long before = System.nanoTime();
            assertThatThrownBy(() -> Sinks.parse("kafka://127.0.0.1:" + silent.getLocalPort() + "/t")
                            .open())
                    .hasMessageContaining("gives no answer that a Kafka broker would");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void saysWhichPropertiesCannotBe() {
        topic = cluster.topic();
        Sinks.Address address = Sinks.parse(address(""));
        assertThatThrownBy(() -> address.open(KafkaSettings.DEFAULT.with("acks", "1")))
                .hasMessageContaining("acks must be all, so that what is acknowledged is not lost");
        assertThatThrownBy(() -> address.open(KafkaSettings.DEFAULT.with("linger.m", "1")))
                .hasMessageContaining("did you mean linger.ms?");
        assertThatThrownBy(() -> address.open(KafkaSettings.DEFAULT.with("linger.ms", "soon")))
                .hasMessageContaining("linger.ms");
        assertThatThrownBy(() -> address.open(KafkaSettings.DEFAULT
                        .with("sasl.jaas.config", "org.Nothing required password=\"geheim\" ")
                        .with("security.protocol", "SASL_PLAINTEXT")
                        .with("sasl.mechanism", "PLAIN")))
                .isInstanceOf(SinkException.class)
                .hasMessageNotContaining("geheim");
        assertThatThrownBy(() -> address.open(KafkaSettings.DEFAULT
                        .with(
                                "sasl.jaas.config",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"accu\""
                                        + " password=\"with\"geheim\";")
                        .with("security.protocol", "SASL_PLAINTEXT")
                        .with("sasl.mechanism", "SCRAM-SHA-512")))
                .isInstanceOf(SinkException.class)
                .hasMessageNotContaining("geheim");
    }

    @Test
    void waitsForBrokersThatAreNotThereYet() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            int port = free.getLocalPort();
            free.close();
            CompletableFuture<Throwable> opening = CompletableFuture.supplyAsync(
                    () -> {
                        try (Sink sink = Sinks.parse("kafka://127.0.0.1:" + port + "/t")
                                .open(KafkaSettings.DEFAULT.waiting(Duration.ofSeconds(30)))) {
                            return new AssertionError("opened " + sink.address());
                        } catch (SinkException failure) {
                            return failure;
                        }
                    },
                    KafkaSinkTest::beside);
            assertThat(opening).isNotDone();
            // What is there at last is no broker, and that is seen: so it was tried again.
            try (ServerSocket there = new ServerSocket(port, 5, InetAddress.getLoopbackAddress());
                    Socket visit = there.accept()) {
                assertThat(visit.isConnected()).isTrue();
            }
            assertThat(opening).isNotDone();
            opening.cancel(true);
        }
    }

    /** It waits for long, and other tests use the common threads. */
    private static void beside(Runnable task) {
        Thread thread = new Thread(task, "beside");
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void refusesAServerWhoseLinesAreLongerThanARequest() {
        topic = cluster.topic();
        Sink sink = Sinks.parse(address("")).open(KafkaSettings.DEFAULT.with("max.request.size", "100000"));
        try (sink) {
            assertThatThrownBy(() -> LineServer.builder()
                            .listen(Endpoint.parse("tcp 127.0.0.1:0"))
                            .sink(sink)
                            .start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lines may have 1048576 bytes")
                    .hasMessageContaining("max.request.size");
        }
    }

    @Test
    void tellsASenderThatAsksOnlyWhatIsReplicated() throws Exception {
        topic = cluster.topic();
        try (LineServer server = LineServer.builder()
                        .listen(Endpoint.parse("tcp 127.0.0.1:0"))
                        .sink(open(""))
                        .start();
                Socket sender = new Socket(
                        InetAddress.getLoopbackAddress(),
                        ((Endpoint.Tcp) server.endpoints().get(0)).port())) {
            sender.getOutputStream().write("accu/1\nhello\nworld\n".getBytes(UTF_8));
            sender.shutdownOutput();
            String said = new String(sender.getInputStream().readAllBytes(), UTF_8);
            assertThat(said).startsWith("accu/1 ok durable=replicated").endsWith("ack 2\n");
            assertThat(values(topic)).containsExactly("hello", "world");
        }
    }

    @Test
    void givesUpWhatDoesNotGetThroughWhenItsCloseIsInterrupted() throws Exception {
        Sink sink = open();
        cluster.removeTopic(topic);
        CompletableFuture<Void> line = flushed(sink, Batches.of("one\n"));
        Thread closer = new Thread(sink::close);
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        assertThat(line).isNotDone();
        closer.interrupt();
        closer.join(10_000);
        assertThat(closer.isAlive()).isFalse();
        assertThat(line)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(Sink.SinkClosedException.class);
    }
}
