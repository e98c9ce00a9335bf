package cc.accu.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.Line;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener takes from one sender: how many connections, how fast, for how long, and what is no line at all. */
@Timeout(60)
class LimitsTest {
    @TempDir
    Path directory;

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final List<Sender> senders = new ArrayList<>();

    private LineServer start(String network, UnaryOperator<ListenOptions> limits) {
        Endpoint endpoint =
                Endpoint.parse(network.equals("unix") ? "unix " + directory.resolve("s") : "tcp 127.0.0.1:0");
        return LineServer.builder()
                .listen(limits.apply(ListenOptions.of(endpoint)))
                .drainTimeout(Duration.ofSeconds(5))
                .observer(new ServerObserver() {
                    @Override
                    public void connected(Origin origin) {
                        told.add("connected");
                    }

                    @Override
                    public void refused(String listener, Refused reason) {
                        told.add("refused " + reason);
                    }

                    @Override
                    public void disconnected(Origin origin, Books books) {
                        told.add("disconnected");
                    }
                })
                .onLine(lines::add)
                .start();
    }

    /** A plain socket of the JDK. */
    private record Sender(SocketChannel socket) {
        Sender sends(String latin) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(latin.getBytes(ISO_8859_1));
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
            return this;
        }

        Sender endsInput() throws IOException {
            socket.shutdownOutput();
            return this;
        }

        String hearsUntilClosed() throws IOException {
            StringBuilder heard = new StringBuilder();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (socket.read(buffer) >= 0) {
                heard.append(ISO_8859_1.decode(buffer.flip()));
                buffer.clear();
            }
            return heard.toString();
        }

        boolean isClosed() {
            try {
                return socket.read(ByteBuffer.allocate(1)) < 0;
            } catch (IOException reset) {
                return true;
            }
        }
    }

    private Sender connect(LineServer server) throws IOException {
        Endpoint endpoint = server.endpoints().get(0);
        SocketAddress address = endpoint instanceof Endpoint.Tcp tcp
                ? new InetSocketAddress(tcp.host(), tcp.port())
                : UnixDomainSocketAddress.of(((Endpoint.Unix) endpoint).path());
        Sender sender = new Sender(SocketChannel.open(address));
        senders.add(sender);
        return sender;
    }

    @AfterEach
    void close() throws IOException {
        for (Sender sender : senders) {
            sender.socket.close();
        }
    }

    private static String numbered(int count) {
        StringBuilder all = new StringBuilder();
        IntStream.rangeClosed(1, count).forEach(i -> all.append(i).append('\n'));
        return all.toString();
    }

    /** Waits for so many lines, and sees that there were never more than a second's worth and the rate allow. */
    private void awaitLinesAtRate(int count, long start, int perSecond) {
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            int now = lines.size();
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat((double) now).isLessThanOrEqualTo(perSecond * (1 + seconds) + 1);
            return now >= count;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void linesThatComeTooFastAreReadLater(String network) throws IOException {
        try (LineServer server = start(network, listener -> listener.rate(RateLimit.NONE.withLines(100)))) {
            long start = System.nanoTime();
            connect(server).sends(numbered(300)).endsInput();
            awaitLinesAtRate(300, start, 100);
            assertThat(lines.stream().map(Line::utf8).toList())
                    .isEqualTo(numbered(300).lines().toList());
            assertThat(lines).allMatch(line -> line.end().isEmpty());
        }
    }

    @Test
    void emptyLinesAreLines() throws IOException {
        try (LineServer server = start("tcp", listener -> listener.rate(RateLimit.NONE.withLines(100)))) {
            long start = System.nanoTime();
            connect(server).sends("\n".repeat(250)).endsInput();
            awaitLinesAtRate(250, start, 100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void bytesThatComeTooFastAreReadLater(String network) throws IOException {
        String line = "x".repeat(999) + "\n";
        try (LineServer server = start(network, listener -> listener.rate(RateLimit.NONE.withBytes(100_000)))) {
            long start = System.nanoTime();
            connect(server).sends(line.repeat(250)).endsInput();
            awaitLinesAtRate(250, start, 100);
        }
    }

    @Test
    void connectionsOfAPeerShareItsRate() throws IOException {
        try (LineServer server = start("tcp", listener -> listener.peerRate(RateLimit.NONE.withLines(100)))) {
            long start = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                connect(server).sends(numbered(50)).endsInput();
            }
            awaitLinesAtRate(250, start, 100);
        }
    }

    @Test
    void aShortPauseIsNoticedByNobody() throws IOException {
        List<Duration> times = new ArrayList<>();
        do {
            lines.clear();
            times.add(timeOf(900, 1000));
        } while (times.size() < 5 && times.get(times.size() - 1).compareTo(Duration.ofMillis(900)) >= 0);
        assertThat(times).as("all tries, as the machine may be busy").anyMatch(time -> time.toMillis() < 900);
    }

    /** Of lines that come together, where so many may come in a second. */
    private Duration timeOf(int count, int aSecond) throws IOException {
        try (LineServer server = start("tcp", listener -> listener.rate(RateLimit.NONE.withLines(aSecond)))) {
            Sender sender = connect(server);
            long start = System.nanoTime();
            sender.sends(numbered(count)).endsInput();
            await().pollInterval(Duration.ofMillis(5)).until(() -> lines.size() == count);
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }

    @Test
    void theTimeInWhichItIsHeldIsNotTheSenders() throws IOException {
        LineFraming impatient =
                LineFraming.DEFAULT.withReadTimeout(Duration.ofMillis(300)).withLineTimeout(Duration.ofMillis(300));
        try (LineServer server =
                start("tcp", listener -> listener.framing(impatient).rate(RateLimit.NONE.withLines(1)))) {
            connect(server).sends("one\ntwo\nthree\nfo").sends("ur\n").endsInput();
            await().until(() -> lines.size() == 4);
            assertThat(lines).allMatch(line -> line.end().isEmpty());
        }
    }

    @Test
    void aLineThatItDoesNotFinishAfterwardsTimesOut() throws IOException {
        LineFraming impatient = LineFraming.DEFAULT.withLineTimeout(Duration.ofMillis(300));
        try (LineServer server =
                start("tcp", listener -> listener.framing(impatient).rate(RateLimit.NONE.withLines(2)))) {
            connect(server).sends("one\ntwo\nthree\nunfinished");
            await().until(() -> lines.size() == 4);
            assertThat(lines.stream()
                            .map(line -> line.utf8()
                                    + line.end().map(end -> " " + end).orElse(""))
                            .toList())
                    .containsExactly("one", "two", "three", "unfinished timeout");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void stoppingWaitsForNoRate(String network) throws IOException {
        LineServer server = start(network, listener -> listener.rate(RateLimit.NONE.withLines(10)));
        Sender held = connect(server).sends(numbered(5000));
        await().until(() -> lines.size() >= 10);
        server.close();
        assertThat(server.isDrained()).isTrue();
        assertThat(lines).hasSize(5000);
        assertThat(held.isClosed()).isTrue();
    }

    @Test
    void whatHadArrivedBeforeAResetIsStored() throws IOException {
        try (LineServer server = start("tcp", listener -> listener.rate(RateLimit.NONE.withLines(10)))) {
            Sender sender = connect(server).sends(numbered(100));
            await().until(() -> lines.size() >= 10);
            sender.socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            sender.socket.close();
            await().until(() -> told.contains("disconnected"));
            assertThat(server.books().received()).isEqualTo(100);
            await().until(() -> lines.size() == 100);
        }
    }

    @Test
    void aFloodWithinItsRateCostsNobodyElseAnything() throws IOException {
        try (LineServer server = start("tcp", listener -> listener.rate(RateLimit.NONE.withLines(5)))) {
            connect(server).sends(numbered(2000));
            await().until(() -> lines.size() >= 5);
            Sender good = connect(server).sends("accu/1\nhello\n").endsInput();
            assertThat(good.hearsUntilClosed()).endsWith("ack 1\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void moreConnectionsOfAPeerAreTurnedAway(String network) throws IOException {
        try (LineServer server = start(network, listener -> listener.maxConnectionsPerPeer(2))) {
            Sender first = connect(server).sends("one\n");
            connect(server).sends("two\n");
            await().until(() -> lines.size() == 2);
            assertThat(connect(server).isClosed()).isTrue();
            assertThat(server.refused()).isEqualTo(Map.of(Refused.TOO_MANY_FROM_PEER, 1L));
            assertThat(told).containsOnlyOnce("refused too-many-from-peer");

            first.socket.close();
            await().until(() -> server.connections().size() == 1);
            connect(server).sends("three\n");
            await().until(() -> lines.size() == 3);
        }
    }

    @Test
    void anOldConversationEndsBetweenTwoLinesWhenAllIsSaid() throws IOException {
        try (LineServer server = start("tcp", listener -> listener.maxAge(Duration.ofMillis(400)))) {
            Sender sender = connect(server).sends("accu/1\none\ntw");
            await().until(() -> lines.size() == 1);
            await().pollDelay(Duration.ofMillis(600))
                    .until(() -> server.connections().size() == 1);
            sender.sends("o\n");
            assertThat(sender.hearsUntilClosed()).contains("ack 2\nerr 3 shutting-down ");
            assertThat(lines).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void anOldPlainSenderSeesOurSideCloseAndMayFinish(String network) throws IOException {
        try (LineServer server = start(network, listener -> listener.maxAge(Duration.ofMillis(200)))) {
            Sender sender = connect(server).sends("one\ntw");
            assertThat(sender.hearsUntilClosed()).isEmpty();
            sender.sends("o\nthree\n").endsInput();
            await().until(() -> server.connections().isEmpty());
            assertThat(lines.stream().map(Line::utf8).toList()).containsExactly("one", "two", "three");
        }
    }

    @Test
    void anOldPlainSenderThatDoesNotLookIsEndedBetweenTwoLines() throws IOException {
        try (LineServer server = start("tcp", listener -> listener.maxAge(Duration.ofMillis(200)))) {
            connect(server).sends("one\ntwo\n");
            await().until(() -> lines.size() == 2);
            await().until(() -> server.connections().isEmpty());
            assertThat(lines).allMatch(line -> line.end().isEmpty());
        }
    }

    @Test
    void aTlsHelloToAPlainPortIsTurnedAway() throws IOException {
        try (LineServer server = start("tcp", listener -> listener)) {
            Sender sender = connect(server).sends("\26\3\1\0\57\1\0\0\53\3\3" + "\n".repeat(41));
            assertThat(sender.isClosed()).isTrue();
            assertThat(server.refused()).isEqualTo(Map.of(Refused.WRONG_PROTOCOL, 1L));
            await().until(() -> told.contains("disconnected"));
            assertThat(server.books().received()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nhello\r\n",
                "\r\n\r\n\0\r\nQUIT\n\41\21\0\14............hello\n",
                "SSH-2.0-x\r\n",
                "accu/1x\n"
            })
    void otherBytesAreLinesWhateverTheyMean(String bytes) throws IOException {
        try (LineServer server = start("tcp", listener -> listener)) {
            connect(server).sends(bytes).endsInput();
            await().until(() -> server.connections().isEmpty() && told.contains("disconnected"));
            assertThat(lines.stream()
                            .map(line -> new String(line.bytes(), ISO_8859_1))
                            .toList())
                    .isEqualTo(List.of(bytes.replace("\r\n", "\n").split("\n")));
            assertThat(server.refused()).isEmpty();
        }
    }
}
