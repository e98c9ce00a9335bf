package cc.accu.server.internal.admin;

import cc.accu.internal.process.OpenFiles;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.internal.transport.UnixSocketFile;
import cc.accu.server.internal.receive.AcceptPause;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import java.time.Duration;
import java.util.Set;

/** Accepts those who look, on one event loop of its own. Any thread. */
public final class AdminListener implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 64;
    private static final int FEWEST_CONNECTIONS = 4;

    /** The others are for senders. */
    private static final int PART_OF_OPEN_FILES = 32;

    private static final int MOST_BODY_BYTES = 1024;
    private static final Duration STOP = Duration.ofSeconds(1);

    private final EventLoops loops = EventLoops.daemon("accu-admin");
    private final Seats seats = new Seats((int) Math.max(
            FEWEST_CONNECTIONS,
            Math.min(MOST_CONNECTIONS, OpenFiles.limit().orElse(Long.MAX_VALUE) / PART_OF_OPEN_FILES)));
    private final Views views;
    private final Transport.Listener listener;

    /**
     * Binds. Blocking.
     *
     * @param access to a Unix socket
     * @param hosts names that requests may be for, beside localhost
     * @throws cc.accu.transport.ListenException when the address cannot be had
     */
    public AdminListener(Endpoint endpoint, UnixSocketFile.Access access, Set<String> hosts, Views views) {
        this.views = views;
        HostCheck check = new HostCheck(endpoint, hosts);
        try {
            this.listener = Transport.of(endpoint, false)
                    .listen(loops, access, new AcceptPause(seats::taken), new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accepted(channel, new AdminHandler(views, check, seats));
                        }
                    });
        } catch (RuntimeException failure) {
            loops.close(STOP);
            throw failure;
        }
    }

    private void accepted(Channel channel, AdminHandler handler) {
        seats.take(channel);
        ChannelPipeline pipeline = channel.pipeline();
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
        EventLoops.execute(listener.channel().eventLoop(), views.live()::end);
        loops.close(STOP);
    }
}
