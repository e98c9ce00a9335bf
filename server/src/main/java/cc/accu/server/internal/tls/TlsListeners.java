package cc.accu.server.internal.tls;

import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.TlsOptions;
import io.netty.util.NettyRuntime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of all listeners of a server, and its threads: those that do what takes long in handshakes, so that no sender who
 * is there waits for one who comes; and one that looks after the certificates. None without TLS. One thread, that of the
 * start and the end, but for what says otherwise.
 */
public final class TlsListeners implements AutoCloseable {
    /** When there are more handshakes than can be done, those that have waited longest are those whose time is over next. */
    private static final class NewestFirst extends LinkedBlockingDeque<Runnable> {
        private static final long serialVersionUID = 1;

        @Override
        public boolean offer(Runnable work) {
            return offerFirst(work);
        }
    }

    private final List<ServerTls> all = new ArrayList<>();
    private final AtomicInteger workers = new AtomicInteger();
    private @Nullable ExecutorService executor;
    private volatile @Nullable CertificateWatch watch;

    /**
     * One more. Blocking.
     *
     * @throws ListenException with what is wrong with its certificates
     */
    public ServerTls add(Endpoint endpoint, Optional<TlsOptions> options, Optional<SubjectPattern> allowed) {
        if (executor == null) {
            int threads = Math.max(1, NettyRuntime.availableProcessors() / 2);
            executor = new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new NewestFirst(), work -> {
                Thread made = new Thread(work, "accu-tls-" + workers.incrementAndGet());
                made.setDaemon(true);
                return made;
            });
        }
        ServerTls tls = new ServerTls(endpoint, options.orElse(TlsOptions.DEFAULT), allowed, executor);
        all.add(tls);
        return tls;
    }

    /** All listeners are there: looks after their certificates from now on. */
    public void watch() {
        if (!all.isEmpty()) {
            watch = new CertificateWatch(all);
        }
    }

    /** When the certificates of listeners expire. Any thread, once all are there. */
    public Map<Endpoint, Instant> expiries() {
        return all.stream().collect(Collectors.toUnmodifiableMap(ServerTls::endpoint, ServerTls::expires));
    }

    /** Reads the certificates of all listeners again. Does not wait. Any thread. */
    public void reload() {
        CertificateWatch running = watch;
        if (running != null) {
            running.reload();
        }
    }

    @Override
    public void close() {
        CertificateWatch running = watch;
        if (running != null) {
            running.close();
        }
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}
