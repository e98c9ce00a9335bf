package cc.accu.server.internal.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kafka.Kafka;
import kafka.tools.StorageTool;

/** A broker in a JVM of its own, which can be killed, and started again with the same ports and on the same data. */
public final class BrokerProcess implements AutoCloseable {
    private static final String CLUSTER_ID = "QWNjdVRlc3RDbHVzdGVyMQ";
    private static final int LONGEST_START_SECONDS = 60;

    // Below the ports that the system gives to outgoing connections.
    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 10_000;

    /** So that tests need not wait: how soon others notice that a broker is dead, and how soon it is back. */
    private static final Map<String, String> QUICK = Map.of(
            "broker.session.timeout.ms", "2000",
            "broker.heartbeat.interval.ms", "500",
            "controller.quorum.election.timeout.ms", "500",
            "controller.quorum.fetch.timeout.ms", "1000",
            "controller.quorum.election.backoff.max.ms", "300",
            "initial.broker.registration.timeout.ms", "60000",
            "replica.lag.time.max.ms", "3000",
            "group.initial.rebalance.delay.ms", "0");

    private final Path directory;
    private final int port;
    private final List<String> words = new ArrayList<>();
    private Optional<Process> process = Optional.empty();

    /**
     * @param directory is made for its data and its log
     * @param port where it is once it is ready
     * @param properties as in {@code server.properties}, but for the directories
     * @param credentials passwords as {@code kafka-storage format --add-scram} takes them
     */
    BrokerProcess(Path directory, int port, Map<String, String> properties, List<String> credentials) {
        this.directory = directory;
        this.port = port;
        Path file = directory.resolve("server.properties");
        Properties all = new Properties();
        all.putAll(QUICK);
        all.putAll(properties);
        all.put("log.dir", data().toString());
        try {
            Files.createDirectories(directory);
            try (Writer writer = Files.newBufferedWriter(file)) {
                all.store(writer, null);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        words.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), BrokerProcess.class.getName()));
        words.add(file.toString());
        words.addAll(credentials);
    }

    /** Formats the data if there is none, and runs a broker. */
    public static void main(String[] arguments) {
        List<String> format =
                new ArrayList<>(List.of("format", "--ignore-formatted", "--cluster-id", CLUSTER_ID, "--config"));
        format.add(arguments[0]);
        for (String credential : List.of(arguments).subList(1, arguments.length)) {
            format.addAll(List.of("--add-scram", credential));
        }
        if (StorageTool.execute(format.toArray(String[]::new), System.err) != 0) {
            throw new IllegalStateException("cannot format the data of " + arguments[0]);
        }
        Kafka.main(new String[] {arguments[0]});
    }

    /** That many brokers of one cluster, which are its controllers as well; none is started yet. */
    public static List<BrokerProcess> cluster(Path directory, int count) {
        int[] ports = freePorts(2 * count);
        String voters = IntStream.range(0, count)
                .mapToObj(id -> id + "@127.0.0.1:" + ports[count + id])
                .collect(Collectors.joining(","));
        List<BrokerProcess> brokers = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            Map<String, String> properties = new HashMap<>(Map.of(
                    "process.roles",
                    "broker,controller",
                    "node.id",
                    Integer.toString(id),
                    "controller.quorum.voters",
                    voters,
                    "controller.listener.names",
                    "CONTROLLER",
                    "listeners",
                    "PLAINTEXT://127.0.0.1:" + ports[id] + ",CONTROLLER://127.0.0.1:" + ports[count + id],
                    "auto.create.topics.enable",
                    "false",
                    "offsets.topic.replication.factor",
                    Integer.toString(count)));
            brokers.add(new BrokerProcess(directory.resolve("broker-" + id), ports[id], properties, List.of()));
        }
        return List.copyOf(brokers);
    }

    /** Different ones of 127.0.0.1 that nobody listens on now. */
    static int[] freePorts(int count) {
        return new Random()
                .ints(FIRST_PORT, FIRST_PORT + PORTS)
                .distinct()
                .filter(BrokerProcess::isFree)
                .limit(count)
                .toArray();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    /** As an address has it. */
    public String server() {
        return "127.0.0.1:" + port;
    }

    /** Starts it, and does not wait. */
    public BrokerProcess start() throws IOException {
        ProcessBuilder.Redirect log =
                ProcessBuilder.Redirect.appendTo(directory.resolve("broker.log").toFile());
        process = Optional.of(
                new ProcessBuilder(words).redirectOutput(log).redirectError(log).start());
        return this;
    }

    /** Waits until it takes connections. */
    public BrokerProcess awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
        while (!isReady()) {
            if (System.nanoTime() - deadline > 0 || !process.orElseThrow().isAlive()) {
                throw new IllegalStateException("no broker: " + Files.readString(directory.resolve("broker.log")));
            }
            Thread.sleep(20);
        }
        return this;
    }

    private boolean isReady() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Of the process that runs. */
    public long pid() {
        return process.orElseThrow().pid();
    }

    /** SIGKILL; nothing is left of the process when this returns. */
    public void kill() throws InterruptedException {
        if (process.isPresent()) {
            process.get().destroyForcibly().waitFor();
            process = Optional.empty();
        }
    }

    /** Removes the data of one that is not running, as a broken disk would. */
    public void removeData() throws IOException {
        try (Stream<Path> found = Files.walk(data())) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void close() {
        process.ifPresent(Process::destroyForcibly);
    }
}
