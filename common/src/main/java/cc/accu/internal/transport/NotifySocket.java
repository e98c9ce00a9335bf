package cc.accu.internal.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Where a service manager hears how this process is doing: datagrams to a Unix socket (sd_notify(3)). Linux only. Any thread. */
public final class NotifySocket implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final EventLoops loops = EventLoops.daemon("accu-notify");
    private final Channel channel;

    /**
     * Blocking.
     *
     * @param name a path, or a name after {@code @}
     * @throws IOException when nobody is there, or there can be none here
     */
    public NotifySocket(String name) throws IOException {
        if (!SocketIo.isEpollHere()) {
            loops.close(PATIENCE);
            throw new IOException("needs Linux and its native transport");
        }
        ChannelFuture connected = new Bootstrap()
                .group(loops.of(SocketIo.EPOLL))
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(name.startsWith("@") ? "\0" + name.substring(1) : name))
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            loops.close(PATIENCE);
            throw new IOException(Reason.describe(connected.cause()), connected.cause());
        }
        this.channel = connected.channel();
    }

    /**
     * Sends one message, a {@code NAME=VALUE} each line. Blocking, for a second at most.
     *
     * @throws IOException when it could not be sent
     */
    public void send(String message) throws IOException {
        ChannelFuture sent = channel.writeAndFlush(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8));
        if (!sent.awaitUninterruptibly(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) || !sent.isSuccess()) {
            Throwable cause = sent.cause();
            throw new IOException(cause == null ? "nobody takes it" : Reason.describe(cause), cause);
        }
    }

    @Override
    public void close() {
        loops.close(PATIENCE);
    }
}
