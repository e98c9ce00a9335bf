package cc.accu.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.End;
import cc.accu.line.Line;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.transport.Endpoint;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes before the first line, with steps that take their time. */
@Timeout(60)
class HandshakeTest {
    @TempDir
    Path directory;

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private Duration handshakeTimeout = Duration.ZERO;

    /** Knows who is there once it has a line of its own, {@code from NAME}, and {@code more} bytes behind it. */
    private static final class NameLine extends HandshakeStep {
        private final int more;
        private volatile int held;

        NameLine(int more) {
            this.more = more;
        }

        @Override
        protected void look(Origin soFar, ByteBuf arrived) {
            held = arrived.readableBytes();
            int length = arrived.bytesBefore((byte) '\n');
            if (length < 0 || arrived.readableBytes() - length - 1 < more) {
                return;
            }
            String name = arrived.readCharSequence(length, UTF_8).toString().substring("from ".length());
            arrived.skipBytes(1);
            complete(Origin.of(soFar.listener(), name));
        }
    }

    private LineServer.Builder builder(String network) {
        Endpoint endpoint =
                Endpoint.parse(network.equals("unix") ? "unix " + directory.resolve("s") : "tcp 127.0.0.1:0");
        return LineServer.builder()
                .listen(ListenOptions.of(endpoint).handshakeTimeout(handshakeTimeout))
                .drainTimeout(Duration.ofSeconds(5))
                .observer(new ServerObserver() {
                    @Override
                    public void connected(Origin origin) {
                        told.add("connected " + origin.peer());
                    }

                    @Override
                    public void disconnected(Origin origin, Books books) {
                        told.add("disconnected " + origin.peer());
                    }
                })
                .onLine(lines::add);
    }

    private LineServer start(String network, Supplier<List<HandshakeStep>> steps) {
        return builder(network)
                .handshakeAdditions(new Handshake.Additions(steps, Runnable::run))
                .start();
    }

    /** A server that answers a greeting when {@link #answers} are run. */
    private LineServer startAnsweringLater(String network) {
        return builder(network)
                .handshakeAdditions(new Handshake.Additions(List::of, answers::add))
                .start();
    }

    private static SocketChannel connect(LineServer server) throws IOException {
        Endpoint endpoint = server.endpoints().get(0);
        SocketAddress address = endpoint instanceof Endpoint.Tcp tcp
                ? new InetSocketAddress(tcp.host(), tcp.port())
                : UnixDomainSocketAddress.of(((Endpoint.Unix) endpoint).path());
        return SocketChannel.open(address);
    }

    private static void write(SocketChannel socket, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    private static String readToTheEnd(SocketChannel socket) throws IOException {
        StringBuilder heard = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (socket.read(buffer) >= 0) {
            heard.append(UTF_8.decode(buffer.flip()));
            buffer.clear();
        }
        return heard.toString();
    }

    /** Sends in two pieces, so that the server has read the first before the second comes. */
    private static void writeCutAt(SocketChannel socket, String text, int at) throws IOException, InterruptedException {
        if (socket.getRemoteAddress() instanceof InetSocketAddress) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        write(socket, text.substring(0, at));
        Thread.sleep(2);
        write(socket, text.substring(at));
    }

    private List<String> texts() {
        return lines.stream().map(Line::utf8).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void knowsWhoIsThereAndWhatTheySayWhereverTheNetworkCuts(String network) throws Exception {
        String text = "from me\naccu/1\none\ntwo";
        try (LineServer server = start(network, () -> List.of(new NameLine(0)))) {
            for (int at = 0; at <= text.length(); at++) {
                lines.clear();
                told.clear();
                try (SocketChannel socket = connect(server)) {
                    writeCutAt(socket, text, at);
                    socket.shutdownOutput();
                    assertThat(readToTheEnd(socket))
                            .as("cut at %d", at)
                            .startsWith("accu/1 ok")
                            .endsWith("ack 2\n");
                }
                await().until(() -> told.contains("disconnected me"));
                assertThat(texts()).as("cut at %d", at).containsExactly("one", "two");
                assertThat(lines)
                        .allSatisfy(line -> assertThat(line.origin().peer()).isEqualTo("me"));
                assertThat(lines).extracting(Line::number).containsExactly(1L, 2L);
                assertThat(told).containsExactly("connected me", "disconnected me");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void takesPlainLinesWhereverTheNetworkCuts(String network) throws Exception {
        String text = "from me\naccu/10\r\ntwo";
        try (LineServer server = start(network, () -> List.of(new NameLine(3), new NameLine(0)))) {
            for (int at = 0; at <= text.length(); at++) {
                lines.clear();
                try (SocketChannel socket = connect(server)) {
                    writeCutAt(socket, "from somebody\n" + text, at);
                    socket.shutdownOutput();
                    assertThat(readToTheEnd(socket)).isEmpty();
                }
                assertThat(texts()).as("cut at %d", at).containsExactly("accu/10", "two");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void deliversWhatAStepHoldsWhenTheSenderEnds(String network) throws IOException {
        try (LineServer server = start(network, () -> List.of(new NameLine(1000), new NameLine(1000)))) {
            try (SocketChannel socket = connect(server)) {
                write(socket, "whole\nhalf");
                socket.shutdownOutput();
                assertThat(readToTheEnd(socket)).isEmpty();
            }
            assertThat(texts()).containsExactly("whole", "half");
            assertThat(lines).last().satisfies(line -> assertThat(line.end()).contains(End.EOF));
            await().until(() -> told.size() == 2);
            assertThat(server.books()).isEqualTo(new Books(2, 2, Map.of()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp"}) // a Unix socket resets only what it left unread
    void deliversWhatAStepHoldsWhenTheConnectionBreaks(String network) throws Exception {
        NameLine step = new NameLine(1000);
        try (LineServer server = start(network, () -> List.of(step))) {
            SocketChannel socket = connect(server);
            write(socket, "whole\nhalf");
            await().until(() -> step.held == "whole\nhalf".length());
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
            await().until(() -> lines.size() == 2);
            assertThat(lines).last().satisfies(line -> assertThat(line.end()).contains(End.RESET));
            await().until(() -> server.connections().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void endsAHandshakeThatTakesTooLongAndDeliversWhatItHolds(String network) throws IOException {
        handshakeTimeout = Duration.ofMillis(150);
        try (LineServer server = start(network, () -> List.of(new NameLine(1000)));
                SocketChannel silent = connect(server);
                SocketChannel socket = connect(server)) {
            write(socket, "whole\nhalf");
            assertThat(readToTheEnd(socket)).isEmpty();
            assertThat(readToTheEnd(silent)).isEmpty();
            assertThat(texts()).containsExactly("whole", "half");
            assertThat(lines).last().satisfies(line -> assertThat(line.end()).contains(End.TIMEOUT));
            await().until(() -> server.connections().isEmpty());
            assertThat(told).filteredOn(event -> event.startsWith("connected")).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void hasNoDeadlineOnceItIsKnownWhoIsThere(String network) throws Exception {
        handshakeTimeout = Duration.ofMillis(100);
        try (LineServer server = start(network, () -> List.of(new NameLine(0)));
                SocketChannel socket = connect(server)) {
            write(socket, "from me\n");
            await().until(() -> told.contains("connected me"));
            await().during(handshakeTimeout.multipliedBy(3))
                    .until(() -> server.connections().size() == 1);
            write(socket, "late\n");
            await().until(() -> texts().equals(List.of("late")));
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp, ''", "unix, ''", "tcp, 'whole\nhalf'", "unix, 'whole\nhalf'"})
    void drainsWhatAStepHolds(String network, String sent) throws Exception {
        LineServer server = start(network, () -> List.of(new NameLine(1000)));
        try (SocketChannel socket = connect(server)) {
            write(socket, sent);
            await().until(() -> server.connections().size() == 1);
            assertThat(told).isEmpty();
            server.close();
            assertThat(server.isDrained()).isTrue();
            assertThat(texts()).containsExactlyElementsOf(sent.isEmpty() ? List.of() : List.of("whole", "half"));
            assertThat(lines)
                    .filteredOn(line -> line.utf8().equals("half"))
                    .allSatisfy(line -> assertThat(line.end()).contains(End.SHUTDOWN));
            assertThat(told).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void holdsNoMoreThanASmallRead(String network) throws Exception {
        int most = 100_000;
        try (LineServer server = start(network, () -> List.of(new NameLine(4000)))) {
            try (SocketChannel socket = connect(server)) {
                write(socket, "from me\n" + "0123456789\n".repeat(most / 11));
                socket.shutdownOutput();
                assertThat(readToTheEnd(socket)).isEmpty();
            }
            assertThat(server.books().received()).isEqualTo(most / 11);
            assertThat(server.books().stored()).isEqualTo(most / 11);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void endsASenderThatSendsMoreThanAStepMayHold(String network) throws Exception {
        handshakeTimeout = Duration.ofMillis(300);
        try (LineServer server = start(network, () -> List.of(new NameLine(1 << 20)));
                SocketChannel socket = connect(server)) {
            write(socket, "0123456789\n".repeat(3000));
            await().until(() -> !lines.isEmpty() && server.connections().isEmpty());
            assertThat(lines.size()).isBetween(300, 1000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void holdsWhatComesBehindAGreetingUntilThatIsAnswered(String network) throws Exception {
        String text = "accu/1\none\ntwo\nthree";
        try (LineServer server = startAnsweringLater(network)) {
            for (int at = 0; at <= text.length(); at++) {
                lines.clear();
                try (SocketChannel socket = connect(server)) {
                    writeCutAt(socket, text, at);
                    socket.shutdownOutput();
                    await().until(() -> answers.size() == 1);
                    assertThat(lines).isEmpty();
                    answers.remove().run();
                    assertThat(readToTheEnd(socket)).startsWith("accu/1 ok").endsWith("ack 3\n");
                }
                assertThat(texts()).as("cut at %d", at).containsExactly("one", "two", "three");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void doesNotWaitForAnAnswerWhenTheServerStops(String network) throws Exception {
        LineServer server = startAnsweringLater(network);
        try (SocketChannel socket = connect(server)) {
            write(socket, "accu/1\none\n");
            await().until(() -> answers.size() == 1);
            server.close();
            assertThat(readToTheEnd(socket)).startsWith("accu/1 ok").contains("ack 1\n", "err 2 shutting-down");
            assertThat(server.isDrained()).isTrue();
            assertThat(server.books()).isEqualTo(new Books(1, 1, Map.of()));
            answers.remove().run();
        }
        assertThat(texts()).containsExactly("one");
    }

    /** Turns everybody away who has said a byte. */
    private static final class Bouncer extends HandshakeStep {
        @Override
        protected void look(Origin soFar, ByteBuf arrived) {
            if (arrived.isReadable()) {
                refuse(Refused.NOT_ALLOWED, "nobody may");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void takesNothingOfWhomAStepTurnsAway(String network) throws Exception {
        try (LineServer server = start(network, () -> List.of(new Bouncer()))) {
            for (int i = 0; i < 3; i++) {
                try (SocketChannel socket = connect(server)) {
                    write(socket, "one\ntwo\nthree");
                    assertThat(endsWithoutAWord(socket)).isTrue();
                }
            }
            await().until(() -> server.connections().isEmpty());
            assertThat(server.refused()).containsExactly(Map.entry(Refused.NOT_ALLOWED, 3L));
            assertThat(server.books().received()).isZero();
            assertThat(told).isEmpty();
        }
        assertThat(lines).isEmpty();
    }

    private static boolean endsWithoutAWord(SocketChannel socket) {
        try {
            return readToTheEnd(socket).isEmpty();
        } catch (IOException reset) {
            return true;
        }
    }
}
