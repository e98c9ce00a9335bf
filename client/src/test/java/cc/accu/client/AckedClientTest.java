package cc.accu.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.client.AckServer.Script;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AckedClientTest {
    @TempDir
    private Path directory = Path.of("");

    private AckServer server(String network, Script script) throws IOException {
        return network.equals("unix") ? AckServer.unix(directory, script) : AckServer.tcp(script);
    }

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }

    private static ByteBuffer block(List<String> lines) {
        String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tcp native", "unix"})
    void deliversSingleMessagesAndBlocksInOrder(String network) throws Exception {
        try (AckServer server = server(network, talk -> talk.greets().acksAll())) {
            try (LineClient client =
                    builder().preferNative(network.endsWith("native")).connect(server.endpoint())) {
                numbers(0, 1000).forEach(client::send);
                client.sendLines(block(numbers(1000, 20_000)));
                client.send("line 20000").get(20, SECONDS);
                assertThat(client.messagesAcknowledged()).isEqualTo(20_001);
                assertThat(client.messagesWritten()).isEqualTo(20_001);
                assertThat(client.messagesSent()).isEqualTo(20_001);
                assertThat(client.durable()).contains("fsync");
            }
            assertThat(server.hello(0)).isEqualTo("accu/1");
            assertThat(server.lines(0)).isEqualTo(numbers(0, 20_001));
            assertThat(server.count()).isEqualTo(1);
        }
    }

    @Test
    void completesASendWhenItIsAcknowledgedAndNotBefore() throws Exception {
        Semaphore ack = new Semaphore(0);
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets().takes(2);
                    ack.acquireUninterruptibly();
                    talk.says("ack 1\n");
                    ack.acquireUninterruptibly();
                    talk.says("ack 2\n").acksAll();
                });
                LineClient client = builder().connect(server.endpoint())) {
            CompletableFuture<Void> one = client.send("one");
            CompletableFuture<Void> two = client.send("two");
            CompletableFuture<Void> both = client.flush();
            assertThatThrownBy(() -> one.get(100, MILLISECONDS)).isInstanceOf(TimeoutException.class);
            ack.release();
            one.get(5, SECONDS);
            assertThat(two).isNotDone();
            assertThat(both).isNotDone();
            ack.release();
            two.get(5, SECONDS);
            both.get(5, SECONDS);
        }
    }

    @Test
    void completesFuturesInTheOrderSent() throws Exception {
        List<Integer> completed = new CopyOnWriteArrayList<>();
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets();
            while (talk.takes()) {
                if (talk.taken() % 7 == 0 || talk.taken() == 100) {
                    talk.acks();
                }
            }
        })) {
            try (LineClient client = builder().connect(server.endpoint())) {
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    client.send("line " + i).thenRun(() -> completed.add(number));
                }
            }
            assertThat(completed).isEqualTo(IntStream.range(0, 100).boxed().toList());
        }
    }

    @Test
    void closeWaitsForAcksThatAreSlowButCome() throws Exception {
        Semaphore ack = new Semaphore(0);
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets();
            while (talk.takes()) {
                ack.acquireUninterruptibly();
                talk.acks();
            }
        })) {
            LineClient client = builder().closeTimeout(Duration.ofSeconds(2)).connect(server.endpoint());
            numbers(0, 5).forEach(client::send);
            CompletableFuture<Void> closing = LineClientTest.closing(client);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> closing.get(100, MILLISECONDS)).isInstanceOf(TimeoutException.class);
                ack.release();
            }
            closing.get(5, SECONDS);
        }
    }

    @Test
    void closeFailsWhenNoAckComesAndSaysWhatIsUnknown() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets().takes(3);
            talk.says("ack 1\n").waitsForTheEnd();
        })) {
            LineClient client = builder().closeTimeout(Duration.ofMillis(300)).connect(server.endpoint());
            CompletableFuture<Void> first = client.send("one");
            CompletableFuture<Void> last = client.sendLines(block(List.of("two", "three")));
            first.get(10, SECONDS);
            assertThatThrownBy(client::close)
                    .isInstanceOfSatisfying(DeliveryException.class, failure -> {
                        assertThat(failure.messagesWritten()).isEqualTo(3);
                        assertThat(failure.messagesAcknowledged()).isEqualTo(1);
                        assertThat(failure.messagesUnknown()).isEqualTo(2);
                        assertThat(failure.messagesUnwritten()).isZero();
                    })
                    .hasMessage("i/o timeout: no ack for 300ms while closing: 1 of 3 messages were acknowledged,"
                            + " 2 more were written and may be stored");
            assertThat(last).isCompletedExceptionally();
        }
    }

    @Test
    void useAfterCloseFailsAtOnce() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            LineClient client = builder().connect(server.endpoint());
            client.close();
            assertThatThrownBy(() -> client.send("late").get(1, SECONDS)).hasCauseInstanceOf(ClosedException.class);
            client.close();
        }
    }

    @Test
    void sendsLineByLineWithoutWaitingForMore() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(server.endpoint())) {
            for (int i = 0; i < 1000; i++) {
                client.send("line " + i).get(5, SECONDS);
            }
            assertThat(server.lines(0)).isEqualTo(numbers(0, 1000));
        }
    }

    @Test
    void keepsTheOrderOfEachOfManyThreads() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            try (LineClient client = builder().windowBytes(1000).connect(server.endpoint())) {
                List<Thread> threads = new ArrayList<>();
                for (String name : List.of("a", "b", "c", "d")) {
                    threads.add(new Thread(() -> IntStream.range(0, 3000).forEach(i -> client.send(name + i))));
                }
                threads.forEach(Thread::start);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            assertThat(server.lines(0)).hasSize(12_000);
            assertThat(server.lines(0).stream().filter(line -> line.startsWith("c")))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 3000).mapToObj(i -> "c" + i).toList());
        }
    }

    @Test
    void cannotBeClosedFromItsOwnFuture() throws Exception {
        Semaphore ack = new Semaphore(0);
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets().takes();
                    ack.acquireUninterruptibly();
                    talk.acks().acksAll();
                });
                LineClient client = builder().connect(server.endpoint())) {
            CompletableFuture<Void> closing = client.send("one").thenRun(() -> AckServer.closeUnchecked(client));
            ack.release();
            assertThatThrownBy(() -> closing.get(10, SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
        }
    }
}
