package cc.accu.server.internal.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeersTest {
    private LocalChannel channel = new LocalChannel();

    private static Peers peers(int most) {
        return new Peers(most, () -> new SendRate(SendRate.UNLIMITED, SendRate.UNLIMITED));
    }

    @Test
    void admitsSoManyOfEach() {
        Peers peers = peers(2);
        assertThat(peers.admit("a", new EmbeddedChannel())).isPresent();
        assertThat(peers.admit("a", new EmbeddedChannel())).isPresent();
        assertThat(peers.admit("a", new EmbeddedChannel())).isEmpty();
        assertThat(peers.admit("b", new EmbeddedChannel())).isPresent();
    }

    @Test
    void countsNoMoreThoseThatAreClosed() {
        Peers peers = peers(1);
        EmbeddedChannel first = new EmbeddedChannel();
        peers.admit("a", first);
        assertThat(peers.admit("a", new EmbeddedChannel())).isEmpty();
        first.close();
        assertThat(peers.admit("a", new EmbeddedChannel())).isPresent();
    }

    @Test
    void forgetsWhoHasNone() {
        Peers peers = peers(1);
        EmbeddedChannel only = new EmbeddedChannel();
        peers.admit("a", only);
        peers.admit("a", new EmbeddedChannel());
        only.close();
        assertThat(peers.count()).isZero();
    }

    @Test
    void remembersTheRateOfOneThatConnectsAnew() throws InterruptedException {
        Peers peers = new Peers(1, () -> new SendRate(10, SendRate.UNLIMITED));
        DefaultEventLoop loop = new DefaultEventLoop();
        try {
            SendRate rate = peers.admit("a", closedLater(loop)).orElseThrow();
            rate.lines().orElseThrow().take(8);
            close();
            assertThat(peers.admit("a", closedLater(loop))).contains(rate);
            close();
            await().until(() -> peers.count() == 0);
            assertThat(rate.nanosUntilForgotten()).isNotPositive();
        } finally {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }

    private LocalChannel closedLater(DefaultEventLoop loop) throws InterruptedException {
        channel = new LocalChannel();
        loop.register(channel).sync();
        return channel;
    }

    private void close() throws InterruptedException {
        channel.close().sync();
    }
}
