package cc.accu.internal.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The system interface that sockets are driven with. */
enum SocketIo {
    NIO,
    EPOLL,
    KQUEUE;

    private static final int SIZE_AS_NEEDED = 0;
    private static final Logger LOG = LoggerFactory.getLogger(SocketIo.class);
    private static final Set<String> TOLD_COSTS = ConcurrentHashMap.newKeySet();

    /** Whether this machine has epoll, which is loaded then. */
    static boolean isEpollHere() {
        return ofThisMachine().filter(EPOLL::equals).isPresent();
    }

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

    /** @param waits how each of the loops waits */
    IoHandlerFactory handlers(SelectStrategyFactory waits) {
        return switch (this) {
            case NIO -> NioIoHandler.newFactory(SelectorProvider.provider(), waits);
            case EPOLL -> EpollIoHandler.newFactory(SIZE_AS_NEEDED, waits);
            case KQUEUE -> KQueueIoHandler.newFactory(SIZE_AS_NEEDED, waits);
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

    /** Why Netty could not load the library of its native transport, which it first writes to a temporary directory. */
    static final class NativeLibrary {
        private static final Pattern NO_EXECUTION =
                Pattern.compile("noexec|failed to map segment|Operation not permitted");
        private static final Pattern NO_DIRECTORY = Pattern.compile("mkdirs failed");
        private static final Pattern ANOTHER_C_LIBRARY =
                Pattern.compile("GLIBC_|Error relocating|Error loading shared library|ld-linux|symbol not found");

        private NativeLibrary() {}

        /** Why, and what to do, for the person who starts the JVM. */
        static String whyMissing(@Nullable Throwable failure) {
            List<Throwable> all = new ArrayList<>();
            collect(failure, all);
            if (all.stream().anyMatch(UnsupportedOperationException.class::isInstance)) {
                return "it is switched off with -Dio.netty.transport.noNative=true";
            }
            if (says(all, NO_EXECUTION)) {
                return "its library cannot be loaded from " + directory() + ", which is mounted noexec; " + another();
            }
            if (says(all, ANOTHER_C_LIBRARY)) {
                return "its library needs the GNU C library, and this system has another one (musl?); use an image with glibc";
            }
            // The first cause is about the library of this machine; the suppressed ones are about others.
            if (failure != null && failure.getCause() instanceof IOException cause) {
                return cause instanceof FileNotFoundException
                                && says(List.of(cause), Pattern.compile("META-INF/native"))
                        ? "there is none for " + machine() + " (only for Linux and macOS, on x86-64 and ARM64)"
                        : "its library cannot be written to " + directory() + " (" + why(cause) + "); " + another();
            }
            return "its library for " + machine() + " cannot be loaded; -v says more";
        }

        private static void collect(@Nullable Throwable failure, List<Throwable> all) {
            if (failure != null && !all.contains(failure)) {
                all.add(failure);
                collect(failure.getCause(), all);
                for (Throwable other : failure.getSuppressed()) {
                    collect(other, all);
                }
            }
        }

        private static boolean says(List<Throwable> failures, Pattern words) {
            return failures.stream()
                    .anyMatch(failure ->
                            words.matcher(String.valueOf(failure.getMessage())).find());
        }

        private static String why(IOException cause) {
            return says(List.of(cause), NO_DIRECTORY) ? "it cannot be made" : Reason.describe(cause);
        }

        private static String directory() {
            return System.getProperty("io.netty.native.workdir", System.getProperty("java.io.tmpdir", "/tmp"));
        }

        private static String another() {
            return "name another directory with java -Dio.netty.native.workdir=DIR, or -Djava.io.tmpdir=DIR";
        }

        private static String machine() {
            return System.getProperty("os.name") + " " + System.getProperty("os.arch");
        }
    }
}
