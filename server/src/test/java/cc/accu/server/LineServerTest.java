package cc.accu.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.End;
import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.line.Origin;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.Sinks;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LineServerTest {
    private static final Endpoint ANY_PORT = Endpoint.parse("tcp 127.0.0.1:0");

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final LineServer.Builder builder = LineServer.builder().listen(ANY_PORT);

    @Test
    void startsOnAllOfItsListenersOrOnNone(@TempDir Path directory) throws IOException {
        Path socket = directory.resolve("a.sock");
        AtomicInteger closes = new AtomicInteger();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            LineServer.Builder second = LineServer.builder()
                    .listen(Endpoint.parse("unix " + socket))
                    .listen(Endpoint.parse("tcp 127.0.0.1:" + taken.getLocalPort()))
                    .sink(countingCloses(closes));
            assertThatThrownBy(second::start)
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("address already in use");
        }
        assertThat(Files.exists(socket)).isFalse();
        assertThat(closes).hasValue(1);
    }

    @Test
    void refusesToStartWithoutAListenerOrWithoutExactlyOneSink() {
        assertThatThrownBy(() -> LineServer.builder().sink(Sinks.discard()).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing to listen on");
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("either sinks or a line handler");
        assertThatThrownBy(
                        () -> builder.sink(Sinks.discard()).onLine(lines::add).start())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tellsItsRealPorts() throws IOException {
        try (LineServer server = builder.listen(ANY_PORT).onLine(lines::add).start()) {
            List<Endpoint> endpoints = server.endpoints();
            assertThat(endpoints).hasSize(2).doesNotContain(ANY_PORT).doesNotHaveDuplicates();
            send(server, "accu.cc\n");
            await().until(() -> lines.size() == 1);
            assertThat(lines.element().origin().listener())
                    .isEqualTo(endpoints.get(0).toString());
        }
    }

    @Test
    void closesOnceHoweverOftenItIsAsked() throws Exception {
        AtomicInteger closes = new AtomicInteger();
        LineServer server = builder.sink(countingCloses(closes)).start();
        Thread other = new Thread(server::close);
        other.start();
        server.close();
        other.join();
        server.close();
        server.awaitClosed();
        assertThat(closes).hasValue(1);
    }

    @Test
    void failsTheSinkWhenTheLineHandlerThrows() throws IOException {
        Queue<Throwable> told = new ConcurrentLinkedQueue<>();
        ServerObserver observer = new ServerObserver() {
            @Override
            public void sinkFailed(String sink, Throwable failure) {
                told.add(failure);
            }
        };
        try (LineServer server = builder.observer(observer)
                .drainTimeout(Duration.ofSeconds(3))
                .onLine(line -> {
                    throw new IllegalStateException("cannot handle " + line);
                })
                .start()) {
            send(server, "one\n");
            await().until(() -> server.books().discardedInAll() == 1);
            send(server, "two\nthree\n");
            server.close();
            Books books = server.books();
            assertThat(books.stored()).isZero();
            assertThat(books.inFlight()).isZero();
            assertThat(books.discarded()).containsOnlyKeys(Discarded.SINK_FAILED);
        }
        assertThat(told)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("cannot handle one"));
    }

    @Test
    void closesConnectionsOverTheLimitAtOnce() throws IOException {
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        ServerObserver observer = new ServerObserver() {
            @Override
            public void refused(String listener, Refused reason) {
                refused.add(listener);
            }
        };
        try (LineServer server =
                builder.maxConnections(1).observer(observer).onLine(lines::add).start()) {
            try (Socket first = connect(server)) {
                first.getOutputStream().write("first\n".getBytes(UTF_8));
                await().until(() -> lines.size() == 1);
                try (Socket second = connect(server)) {
                    assertThat(readsToTheEnd(second)).isTrue();
                }
                await().until(() -> refused.size() == 1);
            }
            await().ignoreExceptionsInstanceOf(SocketException.class)
                    .until(
                            () -> { // while the first has its place
                                send(server, "after\n");
                                return lines.size() > 1;
                            });
        }
        assertThat(lines).extracting(Line::utf8).startsWith("first", "after");
    }

    @Test
    void skipsLongLinesAndCountsThem() throws IOException {
        LineFraming framing = LineFraming.ofMaxLine(4).withLongLine(LongLine.SKIP);
        try (LineServer server = builder.framing(framing).onLine(lines::add).start()) {
            send(server, "one\ntoo long\ntwo\n");
            await().untilAsserted(() ->
                    assertThat(server.books()).isEqualTo(new Books(3, 2, Map.of(Discarded.TOO_LONG, 1L))));
        }
        assertThat(lines).extracting(Line::utf8).containsExactly("one", "two");
        assertThat(lines).extracting(Line::number).containsExactly(1L, 3L);
    }

    @Test
    void closesTheConnectionAtALongLineIfToldTo() throws IOException {
        LineFraming framing = LineFraming.ofMaxLine(4).withLongLine(LongLine.CLOSE);
        try (LineServer server = builder.framing(framing).onLine(lines::add).start();
                Socket sender = connect(server)) {
            sender.getOutputStream().write("one\ntoo long\n".getBytes(UTF_8));
            assertThat(readsToTheEnd(sender)).isTrue();
            assertThat(server.books()).isEqualTo(new Books(2, 1, Map.of(Discarded.TOO_LONG, 1L)));
        }
    }

    @Test
    void marksALineThatAReadTimeoutCutShort() throws IOException {
        LineFraming framing = LineFraming.DEFAULT.withReadTimeout(Duration.ofMillis(100));
        try (LineServer server = builder.framing(framing).onLine(lines::add).start();
                Socket sender = connect(server)) {
            sender.getOutputStream().write("whole\nhalf".getBytes(UTF_8));
            assertThat(readsToTheEnd(sender)).isTrue();
            await().until(() -> lines.size() == 2);
        }
        assertThat(lines).extracting(Line::utf8).containsExactly("whole", "half");
        assertThat(lines).last().satisfies(line -> assertThat(line.end()).contains(End.TIMEOUT));
    }

    @Test
    void takesWhatHasArrivedWhenClosedAndMarksWhatIsUnfinished() throws IOException {
        LineServer server = builder.onLine(lines::add).start();
        try (Socket sender = connect(server)) {
            sender.getOutputStream().write("whole\nhalf".getBytes(UTF_8));
            await().until(() -> lines.size() == 1);
            server.close();
            assertThat(readsToTheEnd(sender)).isTrue();
        }
        assertThat(lines).extracting(Line::utf8).containsExactly("whole", "half");
        assertThat(lines).last().satisfies(line -> assertThat(line.end()).contains(End.SHUTDOWN));
        assertThat(server.books()).isEqualTo(new Books(2, 2, Map.of()));
    }

    @Test
    void tellsHowManyMessagesWereNotStoredWithinTheDrainTimeout() throws IOException {
        CountDownLatch gate = new CountDownLatch(1);
        LineServer server = builder.drainTimeout(Duration.ofMillis(200))
                .onLine(line -> awaitQuietly(gate))
                .start();
        send(server, "one\ntwo\nthree\n");
        await().until(() -> server.books().received() == 3);
        server.close();
        assertThat(server.books().inFlight()).isEqualTo(3);
        gate.countDown();
    }

    @Test
    void tellsItsObserverTheLifeOfAConnection() throws IOException {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        ServerObserver observer = new ServerObserver() {
            @Override
            public void connected(Origin origin) {
                told.add("connected");
            }

            @Override
            public void received(LineBatch batch) {
                told.add("received " + batch.count() + " of " + batch.bytes() + " bytes");
            }

            @Override
            public void stored(Origin origin, int count) {
                told.add("stored " + count);
            }

            @Override
            public void disconnected(Origin origin, Books books) {
                told.add("disconnected");
            }
        };
        try (LineServer server = builder.observer(observer).onLine(lines::add).start()) {
            send(server, "one\ntwo\n");
            await().until(() -> told.contains("disconnected"));
        }
        assertThat(told).containsExactly("connected", "received 2 of 8 bytes", "stored 2", "disconnected");
    }

    @Test
    void tellsAllOfItsObserversAlsoWhenOneThrows() throws IOException {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        builder.observer(new ServerObserver() {
                    @Override
                    public void stored(Origin origin, int count) {
                        throw new IllegalStateException("cannot count");
                    }
                })
                .observer(new ServerObserver() {
                    @Override
                    public void stored(Origin origin, int count) {
                        told.add("stored " + count);
                    }
                });
        try (LineServer server = builder.onLine(lines::add).start()) {
            send(server, "one\n");
            await().until(() -> told.size() == 1);
            send(server, "two\nthree\n");
            await().until(() -> told.size() == 2);
            assertThat(server.books().stored()).isEqualTo(3);
        }
        assertThat(told).containsExactly("stored 1", "stored 2");
    }

    @Test
    void runsOnAsManyEventLoopsAsItIsTold() throws IOException {
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        ServerObserver observer = new ServerObserver() {
            @Override
            public void connected(Origin origin) {
                threads.add(Thread.currentThread().getName());
            }
        };
        try (LineServer server =
                builder.eventLoops(1).observer(observer).onLine(lines::add).start()) {
            for (int i = 1; i <= 4; i++) {
                send(server, "line\n");
            }
            await().until(() -> lines.size() == 4);
        }
        assertThat(threads).hasSize(4).containsOnly("accu-io-1");
    }

    @Test
    void closesConnectionsOverTheLimitOfTheirListener() throws IOException {
        try (LineServer server = LineServer.builder()
                        .listen(ListenOptions.of(ANY_PORT).maxConnections(1))
                        .listen(ANY_PORT)
                        .maxConnections(3)
                        .onLine(lines::add)
                        .start();
                Socket first = connect(server)) {
            first.getOutputStream().write("first\n".getBytes(UTF_8));
            await().until(() -> lines.size() == 1);
            try (Socket second = connect(server)) {
                assertThat(readsToTheEnd(second)).isTrue();
            }
            Endpoint.Tcp other = (Endpoint.Tcp) server.endpoints().get(1);
            try (Socket elsewhere = new Socket(other.host(), other.port())) {
                elsewhere.getOutputStream().write("elsewhere\n".getBytes(UTF_8));
                await().until(() -> lines.size() == 2);
            }
            assertThat(server.refused()).containsExactly(Map.entry(Refused.TOO_MANY, 1L));
        }
    }

    private static Socket connect(LineServer server) throws IOException {
        Endpoint.Tcp tcp = (Endpoint.Tcp) server.endpoints().get(0);
        return new Socket(tcp.host(), tcp.port());
    }

    private static void send(LineServer server, String text) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
        }
    }

    /** Whether the server closes, without having said a word. A reset is a close, too: our bytes may be unread. */
    private static boolean readsToTheEnd(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    private static Sink countingCloses(AtomicInteger closes) {
        Sink sink = Sinks.discard();
        return new Sink() {
            @Override
            public void accept(LineBatch batch, Completion done) {
                sink.accept(batch, done);
            }

            @Override
            public String address() {
                return "test";
            }

            @Override
            public Durability durability() {
                return sink.durability();
            }

            @Override
            public void close() {
                closes.incrementAndGet();
            }
        };
    }
}
