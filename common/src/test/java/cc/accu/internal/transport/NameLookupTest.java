package cc.accu.internal.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NameLookupTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void findsTheAddressesOfAName() throws Exception {
        assertThat(NameLookup.ofSystem().start("localhost", LONG).get(20, SECONDS))
                .anyMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void doesNotWaitForAResolverThatHangs() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        NameLookup lookup = new NameLookup(host -> {
            try {
                hanging.await();
                throw new UnknownHostException(host);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new UnknownHostException("interrupted");
            }
        });
        CompletableFuture<InetAddress[]> found = lookup.start("accu.test", Duration.ofMillis(100));
        assertThatThrownBy(() -> found.get(10, SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        hanging.countDown();
    }

    @Test
    void takesAnAddressForItself() {
        assertThat(NameLookup.ofSystem().start("127.0.0.1", LONG)).isCompleted();
        assertThat(NameLookup.ofSystem().start("::1", LONG)).isCompleted();
    }
}
