package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client with several endpoints goes to one that it has not tried yet at once, and says of each why it was of no use. */
@Timeout(60)
class FailOverTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged().retryTimeout(Duration.ofSeconds(20));
    }

    private static Endpoint gone() throws Exception {
        AckServer gone = AckServer.tcp(talk -> {});
        gone.close();
        return gone.endpoint();
    }

    @ParameterizedTest
    @ValueSource(strings = {"store-failed", "shutting-down"})
    void doesNotWaitForManyThatAreOfNoUse(String code) throws Exception {
        List<AckServer> failed = new ArrayList<>();
        try (AckServer good = AckServer.tcp(talk -> talk.greets().acksAll())) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                failed.add(AckServer.tcp(
                        talk -> talk.hears().says("err 1 " + code + "\n").waitsForTheEnd()));
                endpoints.add(failed.get(i).endpoint());
            }
            endpoints.add(good.endpoint());
            Endpoint[] others = endpoints.subList(1, endpoints.size()).toArray(Endpoint[]::new);
            long start = System.nanoTime();
            try (LineClient client = builder().connect(endpoints.get(0), others)) {
                client.send("accu.cc").get(10, SECONDS);
                // Twelve waits would take half a minute.
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            }
        } finally {
            for (AckServer server : failed) {
                server.close();
            }
        }
    }

    @Test
    void leavesAServerThatFailsWhileThereIsNothingToSend() throws Exception {
        Semaphore failing = new Semaphore(0);
        try (AckServer one = AckServer.tcp(talk -> {
                    talk.greets().takes();
                    talk.acks();
                    failing.acquireUninterruptibly();
                    talk.says("err 2 store-failed\n").waitsForTheEnd();
                });
                AckServer two = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder().connect(one.endpoint(), two.endpoint())) {
            client.send("one").get(10, SECONDS);
            failing.release();
            await().atMost(SOON).until(() -> two.count() == 1);
            client.send("two").get(1, SECONDS);
            assertThat(two.lines(0)).containsExactly("two");
        }
    }

    @Test
    void restsWhenNoneIsOfUseAndThereIsNothingToSend() throws Exception {
        try (AckServer one = AckServer.tcp(AckServer.Talk::greets);
                AckServer two = AckServer.tcp(AckServer.Talk::greets);
                LineClient client = builder().connect(one.endpoint(), two.endpoint())) {
            await().until(() -> two.count() == 1);
            await().during(Duration.ofMillis(500)).until(() -> one.count() + two.count() == 2);
            assertThat(client.messagesSent()).isZero();
        }
    }

    @Test
    void namesEachThatCannotBeReachedOnce() throws Exception {
        Endpoint gone = gone();
        try (AckServer failed = AckServer.tcp(
                talk -> talk.hears().says("err 1 store-failed no space left\n").waitsForTheEnd())) {
            assertThatThrownBy(
                            () -> builder().retryTimeout(Duration.ofMillis(500)).connect(gone, failed.endpoint(), gone))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("gave up after 500ms: (1) ")
                    .hasMessageContaining(
                            "cannot connect to " + gone + ": connection refused; is a server running there?")
                    .hasMessageContaining(failed.endpoint() + ": it said 'err 1 store-failed no space left'")
                    .satisfies(failure -> assertThat(failure.getMessage())
                            .containsOnlyOnce(gone.toString())
                            .containsOnlyOnce(failed.endpoint().toString()));
        }
    }

    @Test
    void namesEachThatAPlainClientCannotReach() throws Exception {
        Endpoint one = gone();
        Endpoint two = gone();
        assertThatThrownBy(() -> LineClient.builder().connect(one, two))
                .isInstanceOf(ConnectException.class)
                .hasMessage("(1) cannot connect to " + one + ": connection refused; is a server running there?"
                        + " (2) cannot connect to " + two + ": connection refused; is a server running there?");
    }
}
