package cc.accu.internal.transport;

import cc.accu.line.Origin;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** TCP, over NIO or a native interface. */
final class TcpTransport extends Transport {
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = SocketIo.isMac() ? 27 : 26;

    private final Endpoint.Tcp tcp;
    private final OptionalInt inherited;

    private TcpTransport(Endpoint.Tcp tcp, SocketIo io, OptionalInt inherited) {
        super(tcp, io);
        this.tcp = tcp;
        this.inherited = inherited;
    }

    static TcpTransport inheriting(Endpoint.Tcp tcp, int descriptor) {
        return new TcpTransport(tcp, SocketIo.EPOLL, OptionalInt.of(descriptor));
    }

    static TcpTransport of(Endpoint.Tcp tcp, boolean preferNative) {
        // NIO always opens IPv6 sockets for both families; only the native transports can ask for one.
        boolean native6 = keepsIpv4Out(tcp) && SocketIo.ofThisMachine().isPresent();
        SocketIo io = preferNative || native6 ? SocketIo.ofThisMachineOr("tcp runs on NIO") : SocketIo.NIO;
        return new TcpTransport(tcp, io, OptionalInt.empty());
    }

    private static boolean keepsIpv4Out(Endpoint.Tcp tcp) {
        return tcp.network() == Endpoint.Network.TCP6 && tcp.isEveryInterface();
    }

    @Override
    public Listener listen(
            EventLoops loops,
            UnixSocketFile.Access access,
            ChannelHandler acceptHandler,
            ChannelHandler connectionHandler) {
        if (keepsIpv4Out(tcp) && io() == SocketIo.NIO) {
            throw new ListenException(
                    tcp, "NIO cannot keep IPv4 out, and no native transport is there; use tcp, or name an address");
        }
        ServerBootstrap bootstrap = serverBootstrap(loops, acceptHandler, connectionHandler)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true);
        if (inherited.isPresent()) {
            return accept(bootstrap, new EpollServerSocketChannel(inherited.getAsInt()));
        }
        bootstrap.channelFactory(serverChannels());
        if (keepsIpv4Out(tcp)) {
            bootstrap.option(new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY), 1);
        }
        ChannelFuture bound = bootstrap.bind(localAddress()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ListenException(tcp, whyNotBound(bound.cause()), bound.cause());
        }
        return new Listener(bound(bound.channel()), bound.channel(), () -> {});
    }

    @Override
    public Endpoint bound(Channel accepting) {
        return tcp.withPort(((InetSocketAddress) accepting.localAddress()).getPort());
    }

    private InetSocketAddress localAddress() {
        try {
            if (!tcp.host().isEmpty()) {
                return new InetSocketAddress(NameLookup.of(tcp).now().get(0), tcp.port());
            }
            return switch (tcp.network()) {
                case TCP, TLS -> new InetSocketAddress(tcp.port());
                case TCP4 -> new InetSocketAddress(InetAddress.getByName("0.0.0.0"), tcp.port());
                case TCP6 -> new InetSocketAddress(InetAddress.getByName("::"), tcp.port());
            };
        } catch (UnknownHostException unknown) {
            throw new ListenException(tcp, String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private String whyNotBound(Throwable failure) {
        String why = Reason.describe(failure);
        return switch (Reason.of(failure)) {
            case ADDRESS_IN_USE ->
                why + "; see who has it with \"ss -ltnp sport = :" + tcp.port() + "\", or choose another port";
            case PERMISSION_DENIED -> why + "; ports below 1024 are for root, choose a higher one";
            case ADDRESS_NOT_AVAILABLE ->
                why + "; this machine does not have that address, see those it has with \"ip address\"";
            case INVALID_ARGUMENT -> why + aboutZones();
            default -> why;
        };
    }

    @Override
    public CompletableFuture<Channel> connect(EventLoops loops, ChannelHandler handler, Duration timeout) {
        CompletableFuture<Channel> connected = new CompletableFuture<>();
        long deadline = System.nanoTime() + timeout.toNanos();
        NameLookup.of(tcp).start(timeout).whenComplete((addresses, unknown) -> {
            if (addresses == null) {
                connected.completeExceptionally(
                        new ConnectException(tcp, String.valueOf(unknown.getMessage()), unknown));
                return;
            }
            try {
                tryEach(new ArrayDeque<>(addresses), loops, handler, deadline, connected);
            } catch (RuntimeException closed) {
                connected.completeExceptionally(new ConnectException(tcp, Reason.describe(closed), closed));
            }
        });
        return connected;
    }

    private void tryEach(
            Deque<InetAddress> addresses,
            EventLoops loops,
            ChannelHandler handler,
            long deadline,
            CompletableFuture<Channel> connected) {
        // One that does not answer must not take the time of those behind it.
        long share = (deadline - System.nanoTime()) / addresses.size();
        Duration left = Duration.ofNanos(Math.max(1_000_000, share));
        Bootstrap bootstrap = bootstrap(loops, handler, left)
                .channelFactory(channels())
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true);
        ChannelFuture attempt = bootstrap.connect(new InetSocketAddress(addresses.remove(), tcp.port()));
        attempt.addListener(done -> {
            if (done.isSuccess()) {
                connected.complete(attempt.channel());
            } else if (!addresses.isEmpty() && System.nanoTime() < deadline) {
                tryEach(addresses, loops, handler, deadline, connected);
            } else {
                connected.completeExceptionally(new ConnectException(tcp, whyNotConnected(done.cause()), done.cause()));
            }
        });
    }

    private String whyNotConnected(Throwable failure) {
        String why = Reason.describe(failure);
        return switch (Reason.of(failure)) {
            case CONNECTION_REFUSED -> why + "; is a server running there?";
            case CONNECTION_RESET -> why + "; it may have as many connections as it takes, or not want yours";
            case TIMEOUT -> why + "; is the host up, and does a firewall let this port through?";
            case NO_ROUTE, NETWORK_UNREACHABLE -> why + "; is the address right, and this machine's network up?";
            case PERMISSION_DENIED, NOT_PERMITTED -> why + "; a firewall of this machine may forbid it";
            case INVALID_ARGUMENT -> why + aboutZones();
            default -> why;
        };
    }

    private String aboutZones() {
        boolean linkLocal = tcp.host().toLowerCase(Locale.ROOT).startsWith("fe80:")
                && !tcp.host().contains("%");
        return linkLocal ? "; an address of one link needs its interface, as in [fe80::1%eth0]:3000" : "";
    }

    private ChannelFactory<? extends ServerChannel> serverChannels() {
        return switch (io()) {
            case NIO -> () -> new NioServerSocketChannel(SelectorProvider.provider(), protocol());
            case EPOLL -> () -> new EpollServerSocketChannel(protocol());
            case KQUEUE -> KQueueServerSocketChannel::new;
        };
    }

    /** The protocol to ask the system for; null is Netty's word for IPv6 where there is any, which takes both. */
    private @Nullable SocketProtocolFamily protocol() {
        boolean ipv4 = tcp.network() == Endpoint.Network.TCP4 || tcp.host().equals("0.0.0.0");
        return ipv4 ? SocketProtocolFamily.INET : null;
    }

    private ChannelFactory<? extends Channel> channels() {
        return switch (io()) {
            case NIO -> NioSocketChannel::new;
            case EPOLL -> EpollSocketChannel::new;
            case KQUEUE -> KQueueSocketChannel::new;
        };
    }

    @Override
    public Origin origin(String listener, Channel channel) {
        InetSocketAddress address = (InetSocketAddress) channel.remoteAddress();
        if (address == null) {
            return Origin.of(listener, "gone");
        }
        String host = NetUtil.toAddressString(address.getAddress());
        return Origin.of(listener, NetUtil.toSocketAddressString(host, address.getPort()));
    }
}
