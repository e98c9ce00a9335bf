package cc.accu.reliability;

import cc.accu.server.internal.kafka.BrokerProcess;
import cc.accu.server.internal.kafka.KafkaCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The brokers of a run, each a process, and its topic. One thread. */
final class Brokers implements AutoCloseable {
    private static final String TOPIC = "lines";
    private static final int PARTITIONS = 6;
    private static final int LONGEST_SYNC_MILLIS = 60_000;

    private final Path directory;
    private final Findings findings;
    private final List<BrokerProcess> all;
    private final List<BrokerProcess> away;

    /** That many, which are ready. */
    Brokers(Lab lab, int count) throws IOException, InterruptedException {
        this.directory = lab.newDirectory("brokers");
        this.findings = lab.findings();
        this.all = BrokerProcess.cluster(directory, count);
        this.away = new ArrayList<>(all);
        startAll();
    }

    /** The words for {@code --to}; the topic is made by the server that comes first. */
    String sink() {
        return "kafka://" + servers() + "/" + TOPIC + "?create=true&partitions=" + PARTITIONS + "&replicas="
                + all.size() + "&dead-letters=" + directory.resolve("dead-letters.log");
    }

    private String servers() {
        return all.stream().map(BrokerProcess::server).collect(Collectors.joining(","));
    }

    void kill(int broker) throws InterruptedException {
        all.get(broker).kill();
        away.add(all.get(broker));
    }

    /** It keeps its connections, and says nothing any more. */
    void freeze(int broker) throws IOException, InterruptedException {
        Shell.run("kill", "-STOP", Long.toString(all.get(broker).pid()));
    }

    void thaw(int broker) throws IOException, InterruptedException {
        Shell.run("kill", "-CONT", Long.toString(all.get(broker).pid()));
    }

    void killAll() throws InterruptedException {
        for (int broker = 0; broker < all.size(); broker++) {
            kill(broker);
        }
    }

    /** One is away, and all that it had is gone. */
    void loseDisk(int broker) throws InterruptedException, IOException {
        kill(broker);
        all.get(broker).removeData();
    }

    /** Starts those that were killed, and waits until they take connections. */
    void startAll() throws IOException, InterruptedException {
        long start = System.nanoTime();
        for (BrokerProcess broker : away) {
            broker.start();
        }
        for (BrokerProcess broker : away) {
            broker.awaitReady();
        }
        findings.measured("ms to start brokers", (System.nanoTime() - start) / 1_000_000);
        away.clear();
    }

    /** Each has all that the others have. */
    void awaitAllInSync() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            long millis = Await.until(() -> areAllInSync(admin), LONGEST_SYNC_MILLIS);
            findings.measured("ms to be in sync", millis);
            findings.check(millis >= 0, "brokers are not in sync after " + LONGEST_SYNC_MILLIS + " ms");
        }
    }

    /** How many the topic has by now, with repeats; -1 if that cannot be known now. */
    long lines() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                ends.put(new TopicPartition(TOPIC, partition), OffsetSpec.latest());
            }
            return admin.listOffsets(ends).all().get(5, TimeUnit.SECONDS).values().stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        } catch (ExecutionException | java.util.concurrent.TimeoutException notNow) {
            return -1;
        }
    }

    private boolean areAllInSync(Admin admin) throws InterruptedException {
        try {
            return admin.describeTopics(Set.of(TOPIC)).allTopicNames().get(5, TimeUnit.SECONDS).values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == all.size());
        } catch (ExecutionException | java.util.concurrent.TimeoutException notNow) {
            return false;
        }
    }

    /** Reads the topic by a consumer that has nothing to do with the client that wrote it, if it is installed. */
    void readInto(Stored stored) throws IOException, InterruptedException {
        findings.check(!Files.exists(directory.resolve("dead-letters.log")), "there are dead letters");
        if (!Shell.has("kcat")) {
            findings.counted("read back by Kafka's own consumer, as kcat is not installed");
            readByKafka(stored);
            return;
        }
        findings.counted("read back by kcat");
        Process kcat = new ProcessBuilder(
                        "kcat", "-b", servers(), "-t", TOPIC, "-C", "-e", "-q", "-o", "beginning", "-f", "%s\\n")
                .redirectError(directory.resolve("kcat.txt").toFile())
                .start();
        stored.read(kcat.getInputStream(), "kcat");
        findings.check(kcat.waitFor() == 0, "kcat: " + Files.readString(directory.resolve("kcat.txt")));
    }

    private void readByKafka(Stored stored) throws IOException {
        Path file = directory.resolve("values");
        try (OutputStream out = Files.newOutputStream(file)) {
            KafkaCluster.read(servers(), TOPIC, line -> write(out, line));
        }
        stored.read(List.of(file));
    }

    private static void write(OutputStream out, ConsumerRecord<byte[], byte[]> line) {
        try {
            out.write(line.value());
            out.write('\n');
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (BrokerProcess broker : all) {
            broker.kill();
        }
    }
}
