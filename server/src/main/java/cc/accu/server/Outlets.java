package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Durability;
import cc.accu.server.sink.Sink;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Every sink of a server: each message goes to all of them, and is stored when all have it. Any thread. */
final class Outlets {
    /** After the deadline: for a sink to let go of its files. */
    private static final long GIVING_UP_MILLIS = 200;

    private final List<Outlet> all;
    private volatile List<Thread> closers = List.of();

    /**
     * @param whenFailed called when one of them has failed, on any thread
     */
    Outlets(List<Sink> sinks, ServerObserver observer, Runnable whenFailed) {
        this.all = sinks.stream()
                .map(sink -> new Outlet(sink, observer, whenFailed))
                .toList();
    }

    /** As {@link Sink#accept}; {@code then} is called once all sinks have said what became of the batch. */
    void accept(LineBatch batch, Settlement then) {
        int last = all.size() - 1;
        Settlement each = last == 0 ? then : new JointSettlement(all.size(), then);
        for (int i = 0; i < last; i++) {
            all.get(i).accept(batch.share(), each);
        }
        all.get(last).accept(batch, each);
    }

    void flush() {
        all.forEach(Outlet::flush);
    }

    void reopen() {
        all.forEach(Outlet::reopen);
    }

    /** What it means that all have a message: what the best of them makes of it. */
    Durability durability() {
        return all.stream()
                .map(Outlet::durability)
                .max(Comparator.naturalOrder())
                .orElse(Durability.NONE);
    }

    boolean haveFailed() {
        // Asked for every batch: no stream.
        for (Outlet outlet : all) {
            if (outlet.hasFailed()) {
                return true;
            }
        }
        return false;
    }

    /** Why one of them stores nothing for now, in one word; empty while all do. */
    Optional<String> held() {
        return all.stream().map(Outlet::held).flatMap(Optional::stream).findFirst();
    }

    List<SinkState> states() {
        return all.stream().map(Outlet::state).toList();
    }

    /** Closes each, whatever the others do, and waits for that until the deadline; says whether that was enough. */
    boolean close(long deadlineNanos) throws InterruptedException {
        closers = all.stream().map(Outlets::closer).toList();
        boolean inTime = true;
        for (Thread closer : closers) {
            inTime &= joined(closer, Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())));
        }
        return inTime;
    }

    /** Gives up what is not stored, so that sinks let go of their files. */
    void giveUp() throws InterruptedException {
        all.forEach(Outlet::giveUp);
        closers.forEach(Thread::interrupt);
        for (Thread closer : closers) {
            joined(closer, GIVING_UP_MILLIS);
        }
    }

    private static Thread closer(Outlet outlet) {
        Thread closer = new Thread(outlet::close, "accu-sink-close");
        closer.setDaemon(true);
        closer.start();
        return closer;
    }

    private static boolean joined(Thread thread, long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }
}
