package cc.accu.server.internal.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.apache.kafka.common.utils.Exit;

/** Real brokers in the JVM of a test, one of which is shared by all that need no other. */
public final class KafkaCluster implements AutoCloseable {
    private static final AtomicInteger TOPICS = new AtomicInteger();
    private static Optional<KafkaCluster> shared = Optional.empty();

    private final KafkaClusterTestKit kit;

    static {
        // The kit deletes its directory when it is closed. Its hook would do so at the end of the JVM too, under
        // brokers that run:
        // one that misses its files halts the JVM with 1.
        Exit.setShutdownHookAdder((name, hook) -> {});
    }

    private KafkaCluster(int brokers) throws Exception {
        TestKitNodes nodes = new TestKitNodes.Builder()
                .setNumBrokerNodes(brokers)
                .setNumControllerNodes(1)
                .setBrokerListenerName(ListenerName.normalised("EXTERNAL"))
                .build();
        kit = new KafkaClusterTestKit.Builder(nodes)
                // Tests have times of their own, also long ago.
                .setConfigProp("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE))
                .setConfigProp("log.retention.ms", "-1")
                .setConfigProp("auto.create.topics.enable", "false")
                .setConfigProp("controlled.shutdown.max.retries", "1")
                // So that it is soon known that one is away.
                .setConfigProp("broker.session.timeout.ms", "2000")
                .setConfigProp("broker.heartbeat.interval.ms", "500")
                .setConfigProp("group.initial.rebalance.delay.ms", "0")
                .build();
        kit.format();
        kit.startup();
        kit.waitForReadyBrokers();
    }

    /** One broker, until the JVM ends. */
    public static synchronized KafkaCluster shared() {
        if (shared.isEmpty()) {
            shared = Optional.of(of(1));
            Runtime.getRuntime().addShutdownHook(new Thread(shared.get()::close));
        }
        return shared.get();
    }

    public static KafkaCluster of(int brokers) {
        try {
            return new KafkaCluster(brokers);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** As an address has them. */
    public String servers() {
        return kit.bootstrapServers();
    }

    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers()));
    }

    /** Makes a topic that is new, and returns its name. */
    public String topic(int partitions, int replicas, Map<String, String> config) {
        String name = newName();
        change(admin -> {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) replicas).configs(config)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            // Not every broker knows it at once.
            for (boolean known = false; !known; ) {
                known = admin.listTopics().names().get().contains(name);
            }
        });
        return name;
    }

    public String topic() {
        return topic(1, 1, Map.of());
    }

    /** Makes that topic, or waits until it can be made: one that was removed is there for a while. */
    public void makeTopic(String name) {
        change(admin -> {
            for (boolean made = false; !made; ) {
                try {
                    admin.createTopics(List.of(new NewTopic(name, 1, (short) 1)))
                            .all()
                            .get();
                    made = true;
                } catch (ExecutionException there) {
                    Thread.sleep(50);
                }
            }
        });
    }

    public void removeTopic(String name) {
        change(admin -> admin.deleteTopics(List.of(name)).all().get(30, TimeUnit.SECONDS));
    }

    private interface Change {
        void make(Admin admin) throws Exception;
    }

    private void change(Change change) {
        try (Admin admin = admin()) {
            change.make(admin);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** A name that no topic has. */
    public String newName() {
        return "t" + TOPICS.incrementAndGet();
    }

    /** All that is in a topic now, a partition after the other. */
    public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        read(servers(), topic, all::add);
        return all;
    }

    /** The same of any cluster. */
    public static void read(String servers, String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<String, Object> properties = Map.of(
                "bootstrap.servers", servers, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(reader);
            }
        }
    }

    public void stop(int broker) {
        Objects.requireNonNull(kit.brokers().get(broker)).shutdown();
    }

    public void start(int broker) {
        Objects.requireNonNull(kit.brokers().get(broker)).startup();
    }

    public List<Integer> brokers() {
        return List.copyOf(kit.brokers().keySet());
    }

    @Override
    public void close() {
        try {
            kit.close();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
