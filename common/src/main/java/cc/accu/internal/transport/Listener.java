package cc.accu.internal.transport;

import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A bound endpoint that accepts connections.
 *
 * @param endpoint the real address: the port is the one in use
 * @param channel the channel that accepts
 * @param beforeClose gives up what the endpoint holds outside the channel, as a socket file
 */
public record Listener(Endpoint endpoint, Channel channel, Runnable beforeClose) implements AutoCloseable {
    private static final Duration DEFAULT_STOP = Duration.ofSeconds(5);

    @Override
    public void close() {
        close(DEFAULT_STOP);
    }

    /**
     * Stops accepting and gives the address back. Blocking, at most so long; says whether that was enough. Does nothing
     * the second time.
     */
    public boolean close(Duration most) {
        if (!channel.isOpen()) {
            return true;
        }
        beforeClose.run();
        return channel.close().awaitUninterruptibly(most.toNanos(), TimeUnit.NANOSECONDS);
    }
}
