package cc.accu.client.cli;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a command says when a signal ends it before it is done: SIGINT, SIGTERM or SIGHUP, each of which makes the JVM run
 * its shutdown hooks, and then end with 128 and the signal's number. Any thread.
 */
final class LastWords {
    private static final Duration MOST = Duration.ofSeconds(2);

    private final AtomicReference<@Nullable Runnable> words = new AtomicReference<>();

    /** For this process, from now on. */
    static LastWords ofProcess() {
        LastWords last = new LastWords();
        Runtime.getRuntime().addShutdownHook(new Thread(last::say, "accu-client-end"));
        return last;
    }

    /** Says this if it is interrupted now. */
    void become(Runnable saying) {
        words.set(saying);
    }

    /** There is nothing more to say: the command is done. */
    void areSaid() {
        words.set(null);
    }

    /** Where nobody reads what is said, it ends all the same. */
    private void say() {
        Runnable last = words.get();
        if (last == null) {
            return;
        }
        Thread saying = new Thread(last, "accu-client-last-words");
        saying.setDaemon(true);
        saying.start();
        try {
            saying.join(MOST.toMillis());
        } catch (InterruptedException noTime) {
            Thread.currentThread().interrupt();
        }
    }
}
