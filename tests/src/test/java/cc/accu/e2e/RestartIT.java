package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server on sockets that somebody else keeps, as systemd does, is started again and again under load: nobody is refused,
 * and whatever its sender may take for delivered is stored.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestartIT {
    private static final int RESTARTS = Integer.getInteger("accu.restarts", 20);
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    @TempDir
    private Path directory;

    private final int port = FreePort.find();
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final ExecutorService senders = Executors.newCachedThreadPool();
    private volatile boolean over;
    private Path socket;
    private Jar supervisor;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(PYTHON), "needs python3: apt-get install python3");
        Path script = directory.resolve("supervisor.py");
        try (var in = RestartIT.class.getResourceAsStream("supervisor.py")) {
            Files.copy(in, script);
        }
        socket = directory.resolve("s.sock");
        List<String> words =
                new ArrayList<>(List.of(PYTHON.toString(), script.toString(), String.valueOf(port), socket.toString()));
        words.addAll(Jar.command(
                "server",
                "tcp",
                "127.0.0.1:" + port,
                "unix",
                socket.toString(),
                "--to",
                "file:" + directory.resolve("stored") + "?format=raw"));
        supervisor = Jar.start(words, directory);
        awaitStarts(1);
    }

    @AfterEach
    void end() {
        over = true;
        senders.shutdownNow();
        if (supervisor != null) {
            supervisor.close();
        }
    }

    private void awaitStarts(int count) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> supervisor.err().lines().filter("ready"::equals).count() >= count);
    }

    /** One connection after another, each with some lines: what was sent before an end in order counts as delivered. */
    private int sendPlainly(String name, Connecting connecting) throws IOException {
        int connections = 0;
        while (!over) {
            String lines = Stream.of("a", "b", "c")
                    .map(each -> name + "-" + connectionName(each))
                    .collect(Collectors.joining("\n", "", "\n"));
            connections++;
            if (connecting.deliver(lines)) {
                lines.lines().forEach(delivered::add);
            }
        }
        return connections;
    }

    private static String connectionName(String line) {
        return System.nanoTime() + line;
    }

    /** Sends all, and says whether the other side then ended in order. A connection that is refused is an exception. */
    private interface Connecting {
        boolean deliver(String lines) throws IOException;
    }

    private boolean overTcp(String lines) throws IOException {
        try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
            try {
                connected.getOutputStream().write(lines.getBytes(UTF_8));
                connected.shutdownOutput();
                return connected.getInputStream().read() < 0;
            } catch (SocketException reset) {
                return false;
            }
        }
    }

    private boolean overUnix(String lines) throws IOException {
        try (SocketChannel connected = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connected.connect(UnixDomainSocketAddress.of(socket));
            try {
                ByteBuffer all = ByteBuffer.wrap(lines.getBytes(UTF_8));
                while (all.hasRemaining()) {
                    connected.write(all);
                }
                connected.shutdownOutput();
                return connected.read(ByteBuffer.allocate(1)) < 0;
            } catch (IOException reset) {
                return false;
            }
        }
    }

    private int sendWithAcks(String name, String... address) throws Exception {
        int runs = 0;
        while (!over) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                lines.add(name + "-" + runs + "-" + i);
            }
            Path input = Files.write(directory.resolve(name + runs), lines);
            Process client = new ProcessBuilder(Jar.command(
                            "client",
                            Stream.of(Stream.of(address), Stream.of("--ack"))
                                    .flatMap(words -> words)
                                    .toArray(String[]::new)))
                    .redirectInput(input.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve(name + runs + ".out").toFile())
                    .start();
            assertThat(client.waitFor())
                    .as(Files.readString(directory.resolve(name + runs + ".out")))
                    .isZero();
            delivered.addAll(lines);
            runs++;
        }
        return runs;
    }

    @Test
    void refusesNobodyAndLosesNothing() throws Exception {
        List<Future<Integer>> all = List.of(
                senders.submit(() -> sendPlainly("tcp", this::overTcp)),
                senders.submit(() -> sendPlainly("unix", this::overUnix)),
                senders.submit(() -> sendWithAcks("acks", "tcp", "127.0.0.1:" + port)),
                senders.submit(() -> sendWithAcks("unix-acks", "unix", socket.toString())));
        for (int starts = 1; starts <= RESTARTS; starts++) {
            String running = supervisor.out().lines().toList().get(starts - 1);
            assertThat(ProcessHandle.of(Long.parseLong(running)).orElseThrow().destroy())
                    .isTrue();
            awaitStarts(starts + 1);
        }
        over = true;
        for (Future<Integer> sender : all) {
            assertThat(sender.get(60, TimeUnit.SECONDS)).isPositive();
        }
        assertThat(delivered).hasSizeGreaterThan(RESTARTS);
        Set<String> stored =
                Files.readAllLines(directory.resolve("stored")).stream().collect(Collectors.toSet());
        List<String> lost =
                delivered.stream().filter(line -> !stored.contains(line)).toList();
        assertThat(lost).isEmpty();
        System.out.println("RestartIT: " + RESTARTS + " restarts, " + delivered.size() + " lines delivered, lost=0");
    }
}
