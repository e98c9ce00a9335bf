package cc.accu.server.internal.deliver;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkState;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Every sink of a server: each message goes to all of them, and is stored when all have it. Any thread. */
public final class SinkFanOut {
    /** After the deadline: for a sink to let go of its files. */
    private static final long GIVING_UP_MILLIS = 200;

    private final List<SinkLane> lanes;
    private volatile List<Thread> closers = List.of();

    /** @param listener is told of each of them */
    public SinkFanOut(List<Sink> sinks, SinkListener listener) {
        this.lanes = sinks.stream()
                .map(sink -> new SinkLane(sink, listener, GlobalEventExecutor.INSTANCE))
                .toList();
    }

    /** As {@link Sink#accept}; {@code done} is told once all sinks have said what became of the batch. */
    public void accept(LineBatch batch, Completion done) {
        int last = lanes.size() - 1;
        Completion each = last == 0 ? done : new Countdown(lanes.size(), done);
        for (int i = 0; i < last; i++) {
            lanes.get(i).accept(batch.share(), each);
        }
        lanes.get(last).accept(batch, each);
    }

    /** A batch with several sinks: it fails with what the first of them says that fails, once all are done. */
    private static final class Countdown implements Completion {
        private final AtomicInteger open;
        private final Completion all;
        private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

        Countdown(int sinks, Completion all) {
            this.open = new AtomicInteger(sinks);
            this.all = all;
        }

        @Override
        public void settled(@Nullable Throwable failure) {
            if (failure != null) {
                firstFailure.compareAndSet(null, failure);
            }
            if (open.decrementAndGet() == 0) {
                all.settled(firstFailure.get());
            }
        }
    }

    /** As {@link Sink#flush}, for all. */
    public void flush() {
        lanes.forEach(SinkLane::flush);
    }

    /** As {@link Sink#expectMore}, for all. */
    public void expectMore() {
        lanes.forEach(SinkLane::expectMore);
    }

    /** As {@link Sink#reopen}, for all. */
    public void reopen() {
        lanes.forEach(SinkLane::reopen);
    }

    /** What it means that all have a message: what the best of them makes of it. */
    public Durability durability() {
        return lanes.stream()
                .map(SinkLane::durability)
                .max(Comparator.naturalOrder())
                .orElse(Durability.NONE);
    }

    /** Whether one of them has failed, for good: then nothing more can be stored. */
    public boolean hasFailed() {
        // Asked for every batch: no stream.
        for (SinkLane lane : lanes) {
            if (lane.hasFailed()) {
                return true;
            }
        }
        return false;
    }

    /** Why one of them stores nothing for now, in one word; empty while all do. */
    public Optional<String> held() {
        return lanes.stream().map(SinkLane::held).flatMap(Optional::stream).findFirst();
    }

    /** How each is doing, in the order given. */
    public List<SinkState> states() {
        return lanes.stream().map(SinkLane::state).toList();
    }

    /** Closes each, whatever the others do, and waits for that until the deadline; says whether that was enough. */
    public boolean close(long deadlineNanos) throws InterruptedException {
        closers = lanes.stream().map(SinkFanOut::closer).toList();
        boolean inTime = true;
        for (Thread closer : closers) {
            inTime &= joined(closer, Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())));
        }
        return inTime;
    }

    /** Gives up what is not stored, so that sinks let go of their files. */
    public void giveUp() throws InterruptedException {
        lanes.forEach(SinkLane::giveUp);
        closers.forEach(Thread::interrupt);
        for (Thread closer : closers) {
            joined(closer, GIVING_UP_MILLIS);
        }
    }

    private static Thread closer(SinkLane lane) {
        Thread closer = new Thread(lane::close, "accu-sink-close");
        closer.setDaemon(true);
        closer.start();
        return closer;
    }

    private static boolean joined(Thread thread, long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }

    /** Is told when the health of a sink changes. Called on any thread: does not wait, and does not throw. */
    public interface SinkListener {
        /** The sink has stored lines, which had so many bytes as they came. */
        default void stored(String address, int lines, long bytes) {}

        /** The sink has written lines together and made them safe. */
        default void committed(String address, long bytes, long nanos) {}

        /** The sink has stored nothing for some seconds, though something waits. */
        void stalled(String address);

        /** A sink that had stalled stores again. */
        void resumed(String address);

        /** The sink has failed, for good. Called once for each. */
        void failed(String address, Throwable failure);
    }
}
