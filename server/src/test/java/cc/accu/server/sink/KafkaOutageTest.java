package cc.accu.server.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.kafka.KafkaCluster;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Three brokers that go away and come back while lines come: a part of the campaign. */
@Timeout(120)
@EnabledIfSystemProperty(named = "accu.kafka", matches = "long")
class KafkaOutageTest {
    private static final int SENDERS = 8;
    private static final Map<String, String> SAFE = Map.of("min.insync.replicas", "2");

    private static KafkaCluster cluster;

    private final AtomicBoolean sending = new AtomicBoolean(true);
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final int[] sent = new int[SENDERS];

    @BeforeAll
    static void startBrokers() {
        cluster = KafkaCluster.of(3);
    }

    @AfterAll
    static void stopBrokers() {
        cluster.close();
    }

    /** One after the other restarts while others take over, then all are away at once. */
    @Test
    void losesNothingAndKeepsTheOrderOfEachSender() throws Exception {
        String topic = cluster.topic(6, 3, SAFE);
        try (Sink sink =
                Sinks.parse("kafka://" + cluster.servers() + "/" + topic).open()) {
            Thread loop = new Thread(() -> sendUntilToldToStop(sink));
            loop.start();
            for (int broker : cluster.brokers()) {
                cluster.stop(broker);
                awaitMoreStored();
                cluster.start(broker);
                awaitMoreStored();
            }
            cluster.brokers().forEach(cluster::stop);
            int before = stored.get();
            cluster.brokers().forEach(cluster::start);
            await().atMost(Duration.ofSeconds(60)).until(() -> stored.get() > before + 100);
            sending.set(false);
            loop.join();
        }
        assertThat(failed).hasValue(0);
        Map<String, List<Integer>> bySender = new HashMap<>();
        cluster.read(topic)
                .forEach(line -> bySender.computeIfAbsent(new String(line.key(), UTF_8), sender -> new ArrayList<>())
                        .add(Integer.parseInt(new String(line.value(), UTF_8))));
        for (int sender = 0; sender < SENDERS; sender++) {
            assertThat(bySender.get("10.0.0." + sender))
                    .isEqualTo(IntStream.range(0, sent[sender]).boxed().toList());
        }
    }

    private void awaitMoreStored() {
        int before = stored.get();
        await().atMost(Duration.ofSeconds(60)).until(() -> stored.get() > before + 100);
    }

    /** As an event loop would, which waits when too much is under way. */
    private void sendUntilToldToStop(Sink sink) {
        AtomicInteger underWay = new AtomicInteger();
        for (int turn = 0; sending.get() || underWay.get() > 0; turn++) {
            if (underWay.get() >= 200 || !sending.get()) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            int sender = turn % SENDERS;
            String lines = sent[sender]++ + "\n" + sent[sender]++ + "\n";
            underWay.incrementAndGet();
            Origin origin = Origin.of("tcp 127.0.0.1:3000", "10.0.0." + sender + ":1");
            // Of now: for older lines a broker that restarts forgets what it has, and takes them twice.
            LineBatch batch =
                    LineBatch.of(Unpooled.copiedBuffer(lines, UTF_8), 2, origin, 1, System.currentTimeMillis());
            sink.accept(batch, failure -> {
                underWay.decrementAndGet();
                (failure == null ? stored : failed).incrementAndGet();
            });
        }
    }
}
