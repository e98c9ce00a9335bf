package cc.accu.server.internal.admin;

import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.internal.transport.UnixSocketFile;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Accepts those who look, on one event loop of its own. Any thread. */
public final class AdminListener implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 128;
    private static final int MOST_BODY_BYTES = 1024;
    private static final int IDLE_SECONDS = 30;
    private static final Duration STOP = Duration.ofSeconds(1);

    private final EventLoops loops = EventLoops.daemon("accu-admin");
    private final AtomicInteger open = new AtomicInteger();
    private final Transport.Listener listener;

    /**
     * Binds. Blocking.
     *
     * @param hosts names that requests may be for, beside localhost
     * @throws cc.accu.transport.ListenException when the address cannot be had
     */
    public AdminListener(Endpoint endpoint, Set<String> hosts, Views views) {
        HostCheck check = new HostCheck(endpoint, hosts);
        try {
            this.listener = Transport.of(endpoint, false)
                    .listen(
                            loops,
                            UnixSocketFile.Access.DEFAULT,
                            new ChannelDuplexHandler(),
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    accepted(channel, new AdminHandler(views, check));
                                }
                            });
        } catch (RuntimeException failure) {
            loops.close(STOP);
            throw failure;
        }
    }

    private void accepted(Channel channel, AdminHandler handler) {
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        if (open.incrementAndGet() > MOST_CONNECTIONS) {
            channel.close();
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new IdleStateHandler(0, 0, IDLE_SECONDS, TimeUnit.SECONDS));
        pipeline.addLast(new HttpServerCodec(new HttpDecoderConfig()));
        pipeline.addLast(new HttpServerKeepAliveHandler());
        pipeline.addLast(new HttpObjectAggregator(MOST_BODY_BYTES));
        pipeline.addLast(handler);
    }

    /** Where it listens, with the real port. */
    public Endpoint endpoint() {
        return listener.endpoint();
    }

    @Override
    public void close() {
        listener.close(STOP);
        loops.close(STOP);
    }
}
