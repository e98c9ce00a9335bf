package cc.accu.server.internal.tls;

import cc.accu.internal.tls.TlsMaterial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Reads certificates again when their files have changed, and have stayed so for a moment: a certificate and its key come
 * one after the other. Has a thread of its own. Any thread.
 */
public final class CertificateWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final List<ServerTls> watched;
    private final Map<ServerTls, Seen> seen = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "accu-certificates");
        made.setDaemon(true);
        return made;
    });

    /**
     * The state of the files of one listener.
     *
     * @param now as it was when it was last looked at
     * @param read as it was when they were last read
     */
    private record Seen(List<String> now, List<String> read) {}

    /** Begins: what the files are now was read. */
    public CertificateWatch(List<ServerTls> all) {
        watched = List.copyOf(all);
        watched.forEach(tls -> {
            List<String> state = TlsMaterial.filesOf(tls.options());
            seen.put(tls, new Seen(state, state));
        });
        thread.scheduleWithFixedDelay(
                () -> watched.forEach(this::look), PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reads all of them again. Does not wait. */
    public void reload() {
        thread.execute(() -> watched.forEach(tls -> read(tls, TlsMaterial.filesOf(tls.options()))));
    }

    private void look(ServerTls tls) {
        List<String> state = TlsMaterial.filesOf(tls.options());
        Seen last = seen.getOrDefault(tls, new Seen(List.of(), List.of()));
        if (state.equals(last.read) || !state.equals(last.now)) {
            seen.put(tls, new Seen(state, last.read));
        } else {
            read(tls, state);
        }
    }

    private void read(ServerTls tls, List<String> state) {
        tls.reload();
        seen.put(tls, new Seen(state, state));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
