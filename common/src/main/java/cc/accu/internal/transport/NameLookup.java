package cc.accu.internal.transport;

import cc.accu.transport.Endpoint;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the addresses of a host that are of the version of IP that is wanted, IPv4 first, as Go orders them. Any thread.
 *
 * @param resolver the system's, or a test's
 */
record NameLookup(String host, Endpoint.Network network, Resolver resolver) {
    /** Blocks, for as long as a name server does not answer, and cannot be interrupted. */
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** Of an endpoint's host, by the system. */
    static NameLookup of(Endpoint.Tcp tcp) {
        return new NameLookup(
                tcp.host().isEmpty() ? "localhost" : tcp.host(), tcp.network(), InetAddress::getAllByName);
    }

    /** Blocks. There is at least one; the exception says for people why there is none. */
    List<InetAddress> now() throws UnknownHostException {
        InetAddress[] all;
        try {
            all = resolver.addresses(host);
        } catch (UnknownHostException unknown) {
            throw unknown();
        }
        return wanted(all);
    }

    /** The same on a thread of its own, so that the caller does not wait; fails with the same exception, also for the time. */
    CompletableFuture<List<InetAddress>> start(Duration timeout) {
        CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
        attempt(timeout).whenComplete((addresses, failure) -> {
            if (addresses != null) {
                found.complete(addresses);
            } else {
                found.completeExceptionally(explained(failure));
            }
        });
        return found;
    }

    private CompletableFuture<List<InetAddress>> attempt(Duration timeout) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return CompletableFuture.completedFuture(this).thenApply(NameLookup::unchecked);
        }
        return CompletableFuture.supplyAsync(this::unchecked, NameLookup::inThread)
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private List<InetAddress> unchecked() {
        try {
            return now();
        } catch (UnknownHostException unknown) {
            throw new CompletionException(unknown);
        }
    }

    private static void inThread(Runnable work) {
        Thread thread = new Thread(work, "accu-name-lookup");
        thread.setDaemon(true);
        thread.start();
    }

    private UnknownHostException explained(@Nullable Throwable failure) {
        if (failure instanceof TimeoutException) {
            return new UnknownHostException(
                    Reason.TIMEOUT + " while looking up '" + host + "'; does the name server answer?");
        }
        return failure != null && failure.getCause() instanceof UnknownHostException known ? known : unknown();
    }

    private UnknownHostException unknown() {
        return new UnknownHostException("unknown host '" + host + "'; check the name");
    }

    private List<InetAddress> wanted(InetAddress[] all) throws UnknownHostException {
        List<InetAddress> ipv4 = new ArrayList<>();
        List<InetAddress> ipv6 = new ArrayList<>();
        for (InetAddress address : all) {
            (address instanceof Inet4Address ? ipv4 : ipv6).add(address);
        }
        List<InetAddress> wanted = new ArrayList<>();
        if (network != Endpoint.Network.TCP6) {
            wanted.addAll(ipv4);
        }
        if (network != Endpoint.Network.TCP4) {
            wanted.addAll(ipv6);
        }
        if (wanted.isEmpty()) {
            throw new UnknownHostException(
                    "'" + host + "' has no address that " + network + " can use; with tcp it may have any");
        }
        return wanted;
    }
}
