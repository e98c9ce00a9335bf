package cc.accu.internal.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.transport.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NameLookupTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void findsTheAddressesOfAName() throws Exception {
        NameLookup lookup = NameLookup.of(new Endpoint.Tcp(Endpoint.Network.TCP, "localhost", 0));
        assertThat(lookup.start(LONG).get(20, SECONDS)).anyMatch(InetAddress::isLoopbackAddress);
        assertThat(lookup.now()).anyMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void doesNotWaitForAResolverThatHangs() {
        CountDownLatch hanging = new CountDownLatch(1);
        NameLookup lookup = new NameLookup("accu.test", Endpoint.Network.TCP, host -> {
            try {
                hanging.await();
                throw new UnknownHostException(host);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new UnknownHostException("interrupted");
            }
        });
        CompletableFuture<List<InetAddress>> found = lookup.start(Duration.ofMillis(100));
        assertThatThrownBy(() -> found.get(10, SECONDS))
                .hasCauseInstanceOf(UnknownHostException.class)
                .hasMessageEndingWith("i/o timeout while looking up 'accu.test'; does the name server answer?");
        hanging.countDown();
    }

    @Test
    void saysWhyThereIsNoAddress() {
        NameLookup unknown = new NameLookup("accu.test", Endpoint.Network.TCP, host -> {
            throw new UnknownHostException(host);
        });
        assertThat(unknown.start(LONG))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(UnknownHostException.class)
                .withMessage("unknown host 'accu.test'; check the name");
        assertThatThrownBy(unknown::now).hasMessage("unknown host 'accu.test'; check the name");
    }

    @Test
    void wantsOneFamilyAndPutsIpv4First() throws Exception {
        InetAddress ipv4 = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        InetAddress ipv6 = InetAddress.getByAddress(new byte[16]);
        NameLookup.Resolver both = host -> new InetAddress[] {ipv6, ipv4};
        assertThat(new NameLookup("accu.test", Endpoint.Network.TCP, both).now())
                .containsExactly(ipv4, ipv6);
        assertThat(new NameLookup("accu.test", Endpoint.Network.TCP6, both).now())
                .containsExactly(ipv6);
        assertThatThrownBy(() ->
                        new NameLookup("accu.test", Endpoint.Network.TCP4, host -> new InetAddress[] {ipv6}).now())
                .hasMessage("'accu.test' has no address that tcp4 can use; with tcp it may have any");
    }

    @Test
    void takesAnAddressForItself() {
        for (String address : List.of("127.0.0.1", "::1")) {
            assertThat(NameLookup.of(new Endpoint.Tcp(Endpoint.Network.TCP, address, 0))
                            .start(LONG))
                    .isCompleted();
        }
    }
}
