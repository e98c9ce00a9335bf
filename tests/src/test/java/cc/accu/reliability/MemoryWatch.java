package cc.accu.reliability;

import java.io.IOException;

/** Looks at a server's memory while it is open: it must stay flat. */
final class MemoryWatch implements AutoCloseable {
    /** Of a server that is warm. */
    private static final long MOST_GROWTH_KIB = 48 * 1024;

    private static final int EVERY_MILLIS = 20;

    private final Server server;
    private final Findings findings;
    private final long beforeKib;
    private final long mostGrowthKib;
    private final Thread thread = new Thread(this::watch, "memory-watch");
    private volatile boolean closed;

    MemoryWatch(Server server, Findings findings) throws IOException {
        this(server, findings, MOST_GROWTH_KIB);
    }

    MemoryWatch(Server server, Findings findings, long mostGrowthKib) throws IOException {
        this.mostGrowthKib = mostGrowthKib;
        this.server = server;
        this.findings = findings;
        this.beforeKib = server.rssKib();
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            while (!closed) {
                findings.measured("memory growth KiB", server.rssKib() - beforeKib, mostGrowthKib);
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (IOException | InterruptedException failure) {
            findings.problem("cannot see the server's memory: " + failure);
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
