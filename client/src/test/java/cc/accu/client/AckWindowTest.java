package cc.accu.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AckWindowTest {
    private static final String LINE = "x".repeat(99);

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged();
    }

    /** Acknowledges one line for each permit. */
    private static AckServer stingy(Semaphore permits) throws Exception {
        return AckServer.tcp(talk -> {
            talk.greets();
            while (talk.takes()) {
                permits.acquireUninterruptibly();
                talk.acks();
            }
        });
    }

    @Test
    void fullWindowHoldsTheSenderUntilAnAckComes() throws Exception {
        Semaphore permits = new Semaphore(0);
        try (AckServer server = stingy(permits);
                LineClient client = builder().windowBytes(1000).connect(server.endpoint())) {
            for (int i = 0; i < 10; i++) {
                client.send(LINE);
            }
            CompletableFuture<Void> eleventh = Beside.run(() -> client.send(LINE));
            // Written is not enough.
            await().until(() -> client.messagesWritten() == 10);
            assertThatThrownBy(() -> eleventh.get(200, MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(client.messagesSent()).isEqualTo(10);
            permits.release();
            eleventh.get(5, SECONDS);
            permits.release(100);
        }
    }

    @Test
    void fullWindowFailsTheSendIfAskedTo() throws Exception {
        Semaphore permits = new Semaphore(0);
        try (AckServer server = stingy(permits);
                LineClient client =
                        builder().windowBytes(1000).whenFull(WhenFull.FAIL).connect(server.endpoint())) {
            List<CompletableFuture<Void>> sent =
                    IntStream.range(0, 11).mapToObj(i -> client.send(LINE)).toList();
            assertThatThrownBy(() -> sent.get(10).get())
                    .hasCauseInstanceOf(WindowFullException.class)
                    .hasMessageEndingWith("1000 bytes wait to be acknowledged");
            permits.release();
            sent.get(0).get(5, SECONDS);
            assertThat(client.send(LINE).isCompletedExceptionally()).isFalse();
            permits.release(100);
            client.flush().get(5, SECONDS);
            assertThat(client.messagesAcknowledged()).isEqualTo(11);
        }
    }

    @Test
    void aBlockThatIsLargerThanTheWindowGoesAlone() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().windowBytes(1000).connect(server.endpoint())) {
            byte[] block = (LINE + "\n").repeat(2000).getBytes(StandardCharsets.UTF_8);
            client.send(LINE);
            client.sendLines(ByteBuffer.wrap(block));
            client.sendLines(ByteBuffer.wrap(block)).get(10, SECONDS);
            assertThat(client.messagesAcknowledged()).isEqualTo(4001);
        }
    }

    @Test
    void whoWaitsForRoomIsSentAwayByClose() throws Exception {
        Semaphore permits = new Semaphore(0);
        try (AckServer server = stingy(permits)) {
            LineClient client = builder()
                    .windowBytes(1000)
                    .closeTimeout(Duration.ofMillis(200))
                    .connect(server.endpoint());
            IntStream.range(0, 10).forEach(i -> client.send(LINE));
            List<CompletableFuture<Void>> blocked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                blocked.add(Beside.ask(() -> client.send(LINE)).thenCompose(sent -> sent));
            }
            await().during(Duration.ofMillis(100)).until(() -> client.messagesSent() == 10);
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
            for (CompletableFuture<Void> one : blocked) {
                assertThatThrownBy(() -> one.get(5, SECONDS)).hasCauseInstanceOf(ClosedException.class);
            }
            permits.release(100);
        }
    }

    @Test
    void keepsWithinItsMemoryHoweverSlowTheAcksAre() throws Exception {
        long window = 256 * 1024;
        AtomicLong most = new AtomicLong();
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets();
            while (talk.takes()) {
                if (talk.taken() % 100 == 0) {
                    LockSupport.parkNanos(MILLISECONDS.toNanos(2));
                    most.accumulateAndGet(
                            PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory(), Math::max);
                    talk.acks();
                }
            }
        })) {
            try (LineClient client = builder().windowBytes(window).connect(server.endpoint())) {
                for (int i = 0; i < 20_000; i++) {
                    client.send("x".repeat(999));
                }
            }
            assertThat(server.lines(0)).hasSize(20_000);
        }
        // Arenas take memory in pieces of 4 MiB, one for each thread that allocates.
        assertThat(most.get() - before).isLessThan(3 * 4 * 1024 * 1024);
    }

    /** One line at a time must not take a buffer each. */
    @Test
    void packsLinesThatAreSentOneByOne() throws Exception {
        Semaphore permits = new Semaphore(0);
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        try (AckServer server = stingy(permits);
                LineClient client = builder().connect(server.endpoint())) {
            for (int i = 0; i < 3000; i++) {
                int written = i;
                client.send("x");
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofNanos(50_000))
                        .until(() -> client.messagesWritten() > written);
            }
            assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
                    .isLessThanOrEqualTo(2 * 4 * 1024 * 1024);
            permits.release(10_000);
        }
    }

    @Test
    void boundsTheFuturesOfTheShortestMessagesToo() throws Exception {
        Semaphore permits = new Semaphore(0);
        try (AckServer server = stingy(permits);
                LineClient client =
                        builder().windowBytes(100_000).whenFull(WhenFull.FAIL).connect(server.endpoint())) {
            long taken = 0;
            while (!client.send("").isCompletedExceptionally()) {
                taken++;
            }
            assertThat(taken).isBetween(500L, 5000L);
            permits.release(10_000);
        }
    }
}
