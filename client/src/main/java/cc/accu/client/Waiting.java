package cc.accu.client;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for work of which it is told elsewhere whether it went well. */
final class Waiting {
    static final Duration FOR_EVER = Duration.ofDays(100_000);

    private Waiting() {}

    /** Whether it ended, well or not. */
    static boolean isDoneWithin(Future<?> work, Duration timeout) throws InterruptedException {
        try {
            work.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        }
    }
}
