package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program hangs on its futures runs on the client's thread. */
@Timeout(60)
class CallbackTest {
    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void oneThatThrowsHarmsNobodyElse() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = LineClient.builder().acknowledged().connect(server.endpoint())) {
            CompletableFuture<Void> throwing = client.send("one").thenRun(() -> {
                throw new AssertionError("of the program");
            });
            client.send("two").get(10, SECONDS);
            assertThatThrownBy(() -> throwing.get(10, SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(AssertionError.class);
        }
    }

    @Test
    void oneThatBlocksHoldsUpNeitherTheRetryTimeoutNorCloseForEver() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch ack = new CountDownLatch(1);
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets().takes();
            await(ack);
            talk.acks().acksAll();
        })) {
            LineClient client = LineClient.builder()
                    .acknowledged()
                    .retryTimeout(Duration.ofMillis(500))
                    .closeTimeout(Duration.ofMillis(500))
                    .connect(server.endpoint());
            CountDownLatch running = new CountDownLatch(1);
            client.send("one").thenRun(() -> {
                running.countDown();
                await(blocked);
            });
            ack.countDown();
            assertThat(running.await(10, SECONDS)).isTrue();
            CompletableFuture<Void> behind = client.send("two");
            assertThatThrownBy(() -> behind.get(20, SECONDS))
                    .hasMessageContaining("no ack came, while a callback on a future of this client blocks it");
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
            blocked.countDown();
        }
    }

    @Test
    void oneThatBlocksDoesNotHoldUpCloseOfAPlainClientForEver() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        try (PlainServer server = PlainServer.tcp()) {
            LineClient client =
                    LineClient.builder().closeTimeout(Duration.ofMillis(300)).connect(server.endpoint());
            CountDownLatch running = new CountDownLatch(1);
            try (var peer = server.accept()) {
                // Too much to be written before the callback hangs on it: nobody reads yet.
                CompletableFuture<Void> first =
                        client.sendLines(ByteBuffer.wrap("x\n".repeat(4_000_000).getBytes(StandardCharsets.UTF_8)));
                first.thenRun(() -> {
                    running.countDown();
                    await(blocked);
                });
                ByteBuffer some = ByteBuffer.allocate(64 * 1024);
                for (int read = 0; read < 8_000_000; read += some.position()) {
                    peer.read(some.clear());
                }
                assertThat(running.await(10, SECONDS)).isTrue();
                CompletableFuture<Void> two = client.send("two");
                CompletableFuture<Void> closing = LineClientTest.closing(client);
                assertThatThrownBy(() -> two.get(10, SECONDS))
                        .hasCauseInstanceOf(DeliveryException.class)
                        .hasMessageContaining("while a callback on a future of this client blocks it");
                // What is left is to end the thread that is blocked, for which another test waits.
                blocked.countDown();
                assertThatThrownBy(() -> closing.get(10, SECONDS)).hasRootCauseInstanceOf(DeliveryException.class);
            }
        }
    }
}
