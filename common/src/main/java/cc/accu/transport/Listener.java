package cc.accu.transport;

import io.netty.channel.Channel;

/**
 * A bound endpoint that accepts connections.
 *
 * @param endpoint the real address: the port is the one in use
 * @param channel the channel that accepts
 * @param beforeClose gives up what the endpoint holds outside the channel, as a socket file
 */
public record Listener(Endpoint endpoint, Channel channel, Runnable beforeClose) implements AutoCloseable {

    /** Stops accepting and gives the address back. Blocking; does nothing the second time. */
    @Override
    public void close() {
        if (channel.isOpen()) {
            beforeClose.run();
            channel.close().awaitUninterruptibly();
        }
    }
}
