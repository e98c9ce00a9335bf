package cc.accu.internal.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Looks up the addresses of a host without holding up the caller, which the system's resolver does for as long as a name
 * server does not answer. It cannot be interrupted: a thread of its own waits for it. Any thread.
 */
final class NameLookup {
    private final Resolver resolver;

    /** The system's, or a test's. Blocks. */
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    NameLookup(Resolver resolver) {
        this.resolver = resolver;
    }

    static NameLookup ofSystem() {
        return new NameLookup(InetAddress::getAllByName);
    }

    /** Fails with an {@link UnknownHostException}, or with a {@link java.util.concurrent.TimeoutException}. */
    CompletableFuture<InetAddress[]> start(String host, Duration timeout) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return CompletableFuture.completedFuture(host).thenApply(this::lookUp);
        }
        return CompletableFuture.supplyAsync(() -> lookUp(host), NameLookup::inThread)
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private InetAddress[] lookUp(String host) {
        try {
            return resolver.addresses(host);
        } catch (UnknownHostException unknown) {
            throw new CompletionException(unknown);
        }
    }

    private static void inThread(Runnable work) {
        Thread thread = new Thread(work, "accu-name-lookup");
        thread.setDaemon(true);
        thread.start();
    }
}
