package cc.accu.reliability;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A proxy in front of a server that cuts every connection, at any byte of either direction, until it is told to be kind. */
final class ChaosProxy implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final Site site;
    private final Random random;
    private final Findings findings;
    private final AtomicLong cuts = new AtomicLong();
    private final AtomicInteger number = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "chaos");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean kind;

    ChaosProxy(Site site, Random random, Findings findings) throws IOException {
        this.site = site;
        this.random = random;
        this.findings = findings;
        this.listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        threads.execute(this::accept);
    }

    ServerAddress address() throws IOException {
        return site.onPort(((InetSocketAddress) listener.getLocalAddress()).getPort());
    }

    long cuts() {
        return cuts.get();
    }

    /** From now on connections live as long as they like. */
    void becomeKind() {
        kind = true;
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel sender = listener.accept();
                Cut cut = kind ? Cut.never() : Cut.by(random, site.carrier());
                threads.execute(() -> connect(sender, cut));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(SocketChannel sender, Cut cut) {
        try {
            SocketChannel server =
                    SocketChannel.open(site.address(number.getAndIncrement()).socket());
            Link link = new Link(sender, server, cut, this::wasCut);
            threads.execute(link::toSender);
            link.toServer();
        } catch (IOException noServer) {
            Link.closeQuietly(sender);
        }
    }

    private void wasCut(Cut cut) {
        cuts.incrementAndGet();
        findings.counted("cuts by " + cut.kind());
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
