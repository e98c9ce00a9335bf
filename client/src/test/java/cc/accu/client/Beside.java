package cc.accu.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * What goes on beside a test, each on a thread of its own. The common pool has a single thread on a machine with two
 * processors, and from JDK 25 on even that is used: there, what waits would keep all else from beginning.
 */
public final class Beside {
    private Beside() {}

    /** Something to do. */
    public interface Work {
        void run() throws IOException;
    }

    /** Something to find out. */
    public interface Question<T> {
        T answer() throws IOException;
    }

    public static CompletableFuture<Void> run(Work work) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        work.run();
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                },
                Beside::start);
    }

    public static <T> CompletableFuture<T> ask(Question<T> question) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return question.answer();
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                },
                Beside::start);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "beside-the-test");
        thread.setDaemon(true);
        thread.start();
    }
}
