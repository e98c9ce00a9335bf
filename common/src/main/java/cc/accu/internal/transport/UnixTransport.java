package cc.accu.internal.transport;

import cc.accu.line.Origin;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.Socket;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** Unix domain stream sockets, over the machine's native interface or, without one, over NIO. */
final class UnixTransport extends Transport {
    private final Endpoint.Unix unix;
    private final OptionalInt inherited;

    private UnixTransport(Endpoint.Unix unix, SocketIo io, OptionalInt inherited) {
        super(unix, io);
        this.unix = unix;
        this.inherited = inherited;
    }

    static UnixTransport inheriting(Endpoint.Unix unix, int descriptor) {
        return new UnixTransport(unix, SocketIo.EPOLL, OptionalInt.of(descriptor));
    }

    static UnixTransport of(Endpoint.Unix unix) {
        return new UnixTransport(
                unix,
                SocketIo.ofThisMachineOr("unix sockets run on NIO, where a half-closed sender is closed"),
                OptionalInt.empty());
    }

    @Override
    public Listener listen(
            EventLoops loops,
            UnixSocketFile.Access access,
            ChannelHandler acceptHandler,
            ChannelHandler connectionHandler) {
        Optional<String> cannot = whyNotOverThisIo();
        if (cannot.isPresent()) {
            throw new ListenException(unix, cannot.get());
        }
        ServerBootstrap bootstrap = serverBootstrap(loops, acceptHandler, connectionHandler);
        if (io() != SocketIo.NIO) {
            bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        if (inherited.isPresent()) {
            return accept(bootstrap, new EpollServerDomainSocketChannel(inherited.getAsInt(), true));
        }
        return unix.isAbstract() ? listenOnName(bootstrap) : listenOnFile(bootstrap, access);
    }

    /** What is wrong with the address when it is used without the system interface that it needs. */
    private Optional<String> whyNotOverThisIo() {
        int length = unix.path().getBytes(StandardCharsets.UTF_8).length;
        if (unix.isAbstract()) {
            return io() == SocketIo.EPOLL
                    ? Optional.empty()
                    : Optional.of("abstract sockets need Linux and its native transport; use a path");
        }
        return length <= io().mostPathBytes()
                ? Optional.empty()
                : Optional.of("the path has " + length + " bytes, and here, over "
                        + io().name().toLowerCase(Locale.ROOT) + ", the most is " + io().mostPathBytes()
                        + "; choose a shorter directory");
    }

    private Listener listenOnName(ServerBootstrap bootstrap) {
        try {
            bootstrap.channel(EpollServerDomainSocketChannel.class);
            return new Listener(unix, bound(bootstrap.bind(address(unix.path()))), () -> {});
        } catch (IOException failure) {
            throw new ListenException(unix, Reason.describe(failure) + "; choose another name", failure);
        }
    }

    /**
     * Nobody can connect before the file has its final mode and group, and no file but our own is ever replaced.
     * Netty's own bind removes whatever has the name; so it gets a name that is ours.
     */
    private Listener listenOnFile(ServerBootstrap bootstrap, UnixSocketFile.Access access) {
        try (UnixSocketLock lock = UnixSocketLock.take(unix)) {
            UnixSocketFile file = new UnixSocketFile(unix, access, io());
            file.makeFree();
            Channel channel = io() == SocketIo.EPOLL ? bindInPlace(bootstrap, file) : bindAside(bootstrap, file);
            file.remember();
            return new Listener(unix, channel, file::removeIfOurs);
        } catch (IOException failure) {
            throw new ListenException(unix, UnixPathProblem.whyNotBound(unix, failure), failure);
        }
    }

    /** Binds under the final name, by which {@code ss} then shows it; listens once mode and group are set. */
    private Channel bindInPlace(ServerBootstrap bootstrap, UnixSocketFile file) throws IOException {
        file.reserveName();
        try {
            int descriptor = listeningSocket(file);
            bootstrap.channelFactory(() -> new EpollServerDomainSocketChannel(descriptor, true));
            return bound(bootstrap.register());
        } catch (IOException | RuntimeException failure) {
            file.remove();
            throw failure;
        }
    }

    private int listeningSocket(UnixSocketFile file) throws IOException {
        Socket socket = Socket.newSocketDomain();
        try {
            socket.bind(new DomainSocketAddress(unix.path()));
            file.setAccess(file.path());
            socket.listen(NetUtil.SOMAXCONN);
            return socket.intValue();
        } catch (IOException | RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    /** Binds under another name in the same directory, sets mode and group, and gives the file its name. */
    private Channel bindAside(ServerBootstrap bootstrap, UnixSocketFile file) throws IOException {
        bootstrap.channel(
                io() == SocketIo.NIO ? NioServerDomainSocketChannel.class : KQueueServerDomainSocketChannel.class);
        Path aside = file.unusedSibling();
        Channel channel = bound(bootstrap.bind(address(aside.toString())));
        try {
            file.setAccess(aside);
            file.moveHere(aside);
            return channel;
        } catch (IOException | RuntimeException failure) {
            channel.close().awaitUninterruptibly();
            throw failure;
        }
    }

    private static Channel bound(ChannelFuture future) throws IOException {
        if (!future.awaitUninterruptibly().isSuccess()) {
            Throwable cause = future.cause();
            throw cause instanceof IOException failure ? failure : new IOException(Reason.describe(cause), cause);
        }
        return future.channel();
    }

    @Override
    public CompletableFuture<Channel> connect(EventLoops loops, ChannelHandler handler, Duration timeout) {
        Optional<String> cannot = whyNotOverThisIo();
        if (cannot.isPresent()) {
            return CompletableFuture.failedFuture(new ConnectException(unix, cannot.get()));
        }
        Bootstrap bootstrap;
        try {
            bootstrap = bootstrap(loops, handler, timeout);
        } catch (ChannelException none) {
            return CompletableFuture.failedFuture(new ConnectException(unix, Reason.describe(none), none));
        }
        if (io() != SocketIo.NIO) {
            bootstrap.option(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        switch (io()) {
            case NIO -> bootstrap.channel(NioDomainSocketChannel.class);
            case EPOLL -> bootstrap.channel(EpollDomainSocketChannel.class);
            case KQUEUE -> bootstrap.channel(KQueueDomainSocketChannel.class);
        }
        CompletableFuture<Channel> connected = new CompletableFuture<>();
        ChannelFuture attempt = bootstrap.connect(address(unix.path()));
        attempt.addListener(done -> {
            if (done.isSuccess()) {
                connected.complete(attempt.channel());
            } else {
                connected.completeExceptionally(
                        new ConnectException(unix, UnixPathProblem.whyNotConnected(unix, done.cause()), done.cause()));
            }
        });
        return connected;
    }

    private SocketAddress address(String path) {
        if (io() == SocketIo.NIO) {
            return UnixDomainSocketAddress.of(path);
        }
        return new DomainSocketAddress(unix.isAbstract() ? "\0" + path.substring(1) : path);
    }

    @Override
    public Endpoint bound(Channel accepting) {
        return unix;
    }

    @Override
    public Origin origin(String listener, Channel channel) {
        if (channel instanceof DomainSocketChannel) {
            try {
                PeerCredentials who = credentials(channel);
                int gid = who.gids().length > 0 ? who.gids()[0] : 0;
                return new Origin(
                        listener,
                        "pid=" + who.pid() + ",uid=" + who.uid(),
                        Optional.of(new Origin.Credentials(who.pid(), who.uid(), gid)),
                        Optional.empty());
            } catch (IOException gone) {
                return Origin.of(listener, "unix");
            }
        }
        return Origin.of(listener, "unix");
    }

    private static PeerCredentials credentials(Channel channel) throws IOException {
        return channel instanceof EpollDomainSocketChannel epoll
                ? epoll.peerCredentials()
                : ((KQueueDomainSocketChannel) channel).peerCredentials();
    }
}
