package cc.accu.internal.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The system interface that sockets are driven with. */
enum SocketIo {
    NIO,
    EPOLL,
    KQUEUE;

    private static final Logger LOG = LoggerFactory.getLogger(SocketIo.class);
    private static final Set<String> TOLD_COSTS = ConcurrentHashMap.newKeySet();

    /** The native interface of this machine, if its library is there. */
    static Optional<SocketIo> ofThisMachine() {
        if (isMac()) {
            return KQueue.isAvailable() ? Optional.of(KQUEUE) : Optional.empty();
        }
        return Epoll.isAvailable() ? Optional.of(EPOLL) : Optional.empty();
    }

    /** The native interface, or NIO after a line that says, once, what is missing and what that costs. */
    static SocketIo ofThisMachineOr(String costOfNio) {
        return ofThisMachine().orElseGet(() -> {
            if (TOLD_COSTS.add(costOfNio)) {
                LOG.warn("no native transport: {}; {}", NativeLibrary.whyMissing(unavailabilityCause()), costOfNio);
                LOG.debug("the native transport cannot be had", unavailabilityCause());
            }
            return NIO;
        });
    }

    private static @Nullable Throwable unavailabilityCause() {
        return isMac() ? KQueue.unavailabilityCause() : Epoll.unavailabilityCause();
    }

    IoHandlerFactory handlers() {
        return switch (this) {
            case NIO -> NioIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
        };
    }

    /** The longest path of a Unix socket: the system wants a final NUL, and the JDK one byte more than that. */
    int mostPathBytes() {
        int structBytes = isMac() ? 104 : 108;
        return structBytes - (this == NIO ? 2 : 1);
    }

    static boolean isMac() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
    }
}
