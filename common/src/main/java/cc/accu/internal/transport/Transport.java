package cc.accu.internal.transport;

import cc.accu.line.Origin;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** All that differs between kinds of sockets. Handlers, server and client take a transport and never ask which. */
public abstract sealed class Transport permits TcpTransport, UnixTransport {
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

    private final Endpoint endpoint;
    private final SocketIo io;

    Transport(Endpoint endpoint, SocketIo io) {
        this.endpoint = endpoint;
        this.io = io;
    }

    /**
     * The transport for an endpoint.
     *
     * @param preferNative whether TCP runs on epoll or kqueue, where the machine has it, in place of NIO
     */
    public static Transport of(Endpoint endpoint, boolean preferNative) {
        if (endpoint instanceof Endpoint.Tcp tcp) {
            return TcpTransport.of(tcp, preferNative);
        }
        return UnixTransport.of((Endpoint.Unix) endpoint);
    }

    /**
     * The transport for an endpoint that a socket listens on already, which it takes: its listener then neither binds nor
     * removes what it did not make.
     *
     * @param descriptor of that socket, as {@link InheritedSockets} has it
     */
    public static Transport inheriting(Endpoint endpoint, int descriptor) {
        return endpoint instanceof Endpoint.Tcp tcp
                ? TcpTransport.inheriting(tcp, descriptor)
                : UnixTransport.inheriting((Endpoint.Unix) endpoint, descriptor);
    }

    /** Accepts on a socket that listens already. Blocking. */
    Listener accept(ServerBootstrap bootstrap, ServerChannel inherited) {
        ChannelFuture registered =
                bootstrap.channelFactory(() -> inherited).register().awaitUninterruptibly();
        if (!registered.isSuccess()) {
            throw new ListenException(endpoint, Reason.describe(registered.cause()), registered.cause());
        }
        return new Listener(endpoint, registered.channel(), () -> {});
    }

    /**
     * Binds and accepts. Blocking; the endpoint of the listener has the real port.
     *
     * @param access who may connect, where that is a file's matter
     * @param acceptHandler sits on the accepting channel
     * @param connectionHandler is added to each accepted channel
     * @throws ListenException when the address cannot be had
     */
    public abstract Listener listen(
            EventLoops loops,
            UnixSocketFile.Access access,
            ChannelHandler acceptHandler,
            ChannelHandler connectionHandler);

    /**
     * Connects, trying every address of the host in turn within {@code timeout}. Completes on an event loop, or fails
     * with a {@link ConnectException}. Resolves the host's name first, which may block.
     *
     * @param timeout positive, for all attempts together
     */
    public abstract CompletableFuture<Channel> connect(EventLoops loops, ChannelHandler handler, Duration timeout);

    /** The endpoint of an accepting channel of this transport, with the real port. */
    public abstract Endpoint bound(Channel accepting);

    /** Who is at the other end of a channel of this transport that was accepted by {@code listener}. */
    public abstract Origin origin(String listener, Channel channel);

    Endpoint endpoint() {
        return endpoint;
    }

    SocketIo io() {
        return io;
    }

    /**
     * A half-closed sender still gets its answer, and a failed write never throws away input that is still unread:
     * hence no automatic close.
     */
    ServerBootstrap serverBootstrap(EventLoops loops, ChannelHandler acceptHandler, ChannelHandler connectionHandler) {
        return new ServerBootstrap()
                .group(loopsToListenWith(loops))
                .handler(acceptHandler)
                .childHandler(connectionHandler)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.AUTO_CLOSE, false);
    }

    private EventLoopGroup loopsToListenWith(EventLoops loops) {
        try {
            return loops.of(io);
        } catch (ChannelException none) {
            throw new ListenException(endpoint, Reason.describe(none), none);
        }
    }

    Bootstrap bootstrap(EventLoops loops, ChannelHandler handler, Duration timeout) {
        return new Bootstrap()
                .group(loops.of(io))
                .handler(handler)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, timeout.toMillis()));
    }
}
