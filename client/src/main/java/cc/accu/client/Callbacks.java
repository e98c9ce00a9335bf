package cc.accu.client;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what a program hung on its futures, on the client's own thread. What throws harms nobody else; what blocks holds up
 * the whole client, and that is not left unsaid. One thread runs, any thread asks.
 */
final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long NOT_RUNNING = 0;

    private volatile long startedAt = NOT_RUNNING;

    /** Completes futures. */
    void run(Runnable completions) {
        // Never zero.
        long start = System.nanoTime() | 1;
        startedAt = start;
        try {
            completions.run();
        } finally {
            startedAt = NOT_RUNNING;
            long took = System.nanoTime() - start;
            if (took > PATIENCE.toNanos()) {
                LOG.warn(
                        "a callback on a future of this client held it up for {} ms; it must not block",
                        Duration.ofNanos(took).toMillis());
            }
        }
    }

    /** For the end of a message about what did not happen in time: whether that is the program's own doing. */
    String blame() {
        long start = startedAt;
        boolean stuck = start != NOT_RUNNING && System.nanoTime() - start > PATIENCE.toNanos() / 10;
        return stuck ? ", while a callback on a future of this client blocks it" : "";
    }
}
