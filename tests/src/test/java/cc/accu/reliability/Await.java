package cc.accu.reliability;

import java.util.concurrent.Callable;

/** Waits for what others do. */
final class Await {
    private Await() {}

    /** How many milliseconds it took until {@code condition} held, or -1 after so many. */
    static long until(Callable<Boolean> condition, long millis) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > millis * 1_000_000) {
                return -1;
            }
            Thread.sleep(2);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }
}
