package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import cc.accu.server.internal.commit.CommitGroup;
import cc.accu.server.internal.commit.CommitGroup.Outcomes;
import cc.accu.server.internal.commit.CommitQueue;
import cc.accu.server.sink.LineWriter.HeldException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what waits to a writer, which is used by one thread at a time: by whoever flushes, or by the thread of the sink.
 * What became of lines is for the caller to tell, who holds no lock then. Any thread, except where said.
 *
 * <table>
 * <caption>Who uses the writer</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>INLINE</td><td>THREAD</td><td>the writer turned out slow, has something to do that takes time, or more waits
 *     than fits into a group; its file is to be opened again</td></tr>
 * <tr><td>THREAD</td><td>INLINE</td><td>the thread is done with that, the writer is quick, and was not slow for ten
 *     seconds</td></tr>
 * <tr><td>INLINE, THREAD</td><td>STALLED</td><td>the writer says that it cannot go on now</td></tr>
 * <tr><td>STALLED</td><td>THREAD</td><td>it went on</td></tr>
 * <tr><td>any</td><td>FAILED</td><td>the writer is broken, or the sink was closed in haste; for good</td></tr>
 * </table>
 */
final class Committer {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SLOW_FOR_NANOS = TimeUnit.SECONDS.toNanos(10);

    private enum Mode {
        /** Whoever flushes writes. */
        INLINE,
        /** The thread writes, and nobody waits for it. */
        THREAD,
        /** What was taken is neither stored nor lost: the thread tries again and again. */
        STALLED,
        /** Nothing is stored any more. */
        FAILED
    }

    private final String address;
    private final LineWriter writer;
    private final CommitQueue queue;
    private final AtomicReference<Mode> mode;

    /** Held by whoever uses the writer, and by nobody who tells what became of lines. */
    private final ReentrantLock writing = new ReentrantLock();

    @GuardedBy("writing")
    private final CommitGroup group;

    private volatile Sink.Observer observer = (bytes, nanos) -> {};

    /** Why the writer could not go on the last time. */
    @GuardedBy("writing")
    private HeldException stall = new HeldException("", "", new IOException());

    @GuardedBy("writing")
    private long heldSince;

    private volatile Optional<String> held = Optional.empty();
    private final ThreadLocal<SlowCalls> slowCalls = ThreadLocal.withInitial(SlowCalls::new);
    private volatile long slowUntil = System.nanoTime();
    private volatile @Nullable IOException failure;

    Committer(String address, LineWriter writer, CommitQueue queue) {
        this.address = address;
        this.writer = writer;
        this.queue = queue;
        this.mode = new AtomicReference<>(writer.isQuick() ? Mode.INLINE : Mode.THREAD);
        this.group = new CommitGroup(new CommitGroup.Destination() {
            private long bytes;
            private long begun;

            @Override
            public void write(LineBatch batch) throws IOException {
                if (bytes == 0) {
                    begun = System.nanoTime();
                }
                bytes += batch.bytes();
                writer.write(batch);
            }

            @Override
            public void commit() throws IOException {
                writer.commit();
                observer.committed(bytes, System.nanoTime() - begun);
                bytes = 0;
            }
        });
    }

    /** As {@link Sink#observedBy}. */
    void observedBy(Sink.Observer watching) {
        observer = watching;
    }

    /** Why nothing is stored any more, if so. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Why nothing can be stored for now, in one word. */
    Optional<String> held() {
        return held;
    }

    /** Whether all that waits was stored by this call; else it is the thread's. */
    boolean isStoredHere(Outcomes known) {
        if (!isInline() || known.isTelling() || !getsTurn()) {
            return false; // who flushes when told that something is stored would go on like that for ever
        }
        try {
            return isInline() && store(known);
        } finally {
            writing.unlock();
        }
    }

    private boolean isInline() {
        return mode.get() == Mode.INLINE && !queue.isReopeningAsked();
    }

    /**
     * Waits for others, who write quickly too. Left to them, lines would leave this processor's cache, and whoever writes
     * would write for all.
     */
    private boolean getsTurn() {
        try {
            return writing.tryLock(TURN_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @GuardedBy("writing")
    private boolean store(Outcomes known) {
        if (!group.isEmpty()) {
            return false;
        }
        group.takeFrom(queue);
        if (!isQuickForGroup()) {
            become(Mode.THREAD);
            return false;
        }
        SlowCalls calls = slowCalls.get();
        calls.begin();
        boolean settled = isSettled(known);
        if (calls.isBlocked(System.nanoTime())) {
            slowUntil = System.nanoTime() + SLOW_FOR_NANOS;
            if (settled) {
                become(Mode.THREAD);
            }
        }
        return settled;
    }

    @GuardedBy("writing")
    private boolean isQuickForGroup() {
        try {
            return group.isSmall() && writer.isQuickFor(group.bytes());
        } catch (RuntimeException brokenItself) {
            LOG.debug("{}: cannot say whether it is quick", address, brokenItself);
            return false; // the thread will see
        }
    }

    /** What holds while nothing else is the matter. */
    private Mode usualMode() {
        return writer.isQuick() && System.nanoTime() - slowUntil >= 0 ? Mode.INLINE : Mode.THREAD;
    }

    private void become(Mode next) {
        mode.updateAndGet(now -> now == Mode.FAILED ? Mode.FAILED : next);
    }

    /** Does one thing that there is to do, and says whether there may be more. On the thread of the sink. */
    boolean serve(Outcomes known) {
        writing.lock();
        try {
            reopenIfAsked(known);
            return mode.get() == Mode.STALLED ? goOn(known) : storeGroup(known);
        } catch (RuntimeException | Error bug) {
            LOG.error("{}: a defect in accu, please report it", address, bug);
            failWith(new IOException(bug.toString(), bug), known);
            return false;
        } finally {
            writing.unlock();
        }
    }

    @GuardedBy("writing")
    private void reopenIfAsked(Outcomes known) {
        if (queue.isReopeningAsked()) {
            if (mode.get() == Mode.INLINE) {
                become(Mode.THREAD);
            }
            queue.takeReopening();
            reopenWriter(known);
        }
    }

    @GuardedBy("writing")
    private boolean storeGroup(Outcomes known) {
        group.takeFrom(queue);
        boolean more = !group.isEmpty();
        boolean quick = usualMode() == Mode.INLINE && (!more || isQuickForGroup());
        become(quick ? Mode.INLINE : Mode.THREAD);
        if (more) {
            isSettled(known);
        }
        return more;
    }

    /** Tries what stalled again: what is taken is never dropped. That it does not work twice is told. */
    @GuardedBy("writing")
    private boolean goOn(Outcomes known) {
        if (isSettled(known)) {
            become(Mode.THREAD);
            if (held.isPresent() && failure == null) {
                LOG.warn("{}: goes on after {} ms", address, (System.nanoTime() - heldSince) / 1_000_000);
            }
            held = Optional.empty();
        } else {
            if (held.isEmpty()) {
                heldSince = System.nanoTime();
                LOG.warn("{}: {}; senders are held until that is over", address, stall.getMessage());
            }
            held = Optional.of(stall.why());
        }
        return true;
    }

    /** Whether it is known what became of the group; if not, the sink has stalled, and this is to be called again. */
    @GuardedBy("writing")
    private boolean isSettled(Outcomes known) {
        IOException broken = failure;
        try {
            if (broken == null) {
                group.store(known);
            } else {
                group.fail(broken, known);
            }
        } catch (HeldException forNow) {
            stall = forNow;
            become(Mode.STALLED);
            return false;
        } catch (IOException problem) {
            failWith(problem, known);
        }
        return true;
    }

    @GuardedBy("writing")
    private void failWith(IOException problem, Outcomes known) {
        fail(problem);
        group.fail(problem, known);
    }

    /** Nothing is stored any more; what is under way still may be. The first reason is the one that counts. */
    synchronized void fail(IOException why) {
        failure = failure == null ? why : failure;
        mode.set(Mode.FAILED);
        held = Optional.empty();
    }

    @GuardedBy("writing")
    private void reopenWriter(Outcomes known) {
        try {
            writer.reopen();
        } catch (IOException problem) {
            LOG.error("{}: cannot reopen, goes on with the file it has: {}", address, problem.getMessage());
        } catch (RuntimeException | Error problem) {
            failWith(CommitGroup.broken(problem), known);
        }
    }

    /**
     * Tells calls that block from those that took long because this thread had no processor, which is no fault of whom it
     * calls. Linux tells how long a thread ran or waited to run; elsewhere all that takes long counts. One thread.
     */
    private static final class SlowCalls {
        private static final Path STATISTICS = Path.of("/proc/thread-self/schedstat");
        private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

        /** Asking before each call would cost as much as many a call does. */
        private static final long ASK_EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

        private final @Nullable FileChannel statistics = opened();
        private final ByteBuffer text = ByteBuffer.allocate(64);
        private long runnableBefore = runnableNanos();
        private long start = System.nanoTime();
        private long askedAt = start;

        private static @Nullable FileChannel opened() {
            try {
                return FileChannel.open(STATISTICS); // that of this thread, also when it is read later
            } catch (IOException notTold) {
                return null;
            }
        }

        /** Just before the call. */
        void begin() {
            start = System.nanoTime();
            if (start - askedAt >= ASK_EACH_NANOS) {
                runnableBefore = runnableNanos();
                askedAt = start;
            }
        }

        /**
         * Whether the call blocked.
         *
         * @param end when it was done, as {@link System#nanoTime}
         */
        boolean isBlocked(long end) {
            long took = end - start;
            return took > LONG_NANOS && took - (runnableNanos() - runnableBefore) > LONG_NANOS;
        }

        private long runnableNanos() {
            if (statistics == null) {
                return 0;
            }
            try {
                statistics.read(text.clear(), 0);
                String[] numbers =
                        StandardCharsets.US_ASCII.decode(text.flip()).toString().split(" ", 3);
                return Long.parseLong(numbers[0]) + Long.parseLong(numbers[1]);
            } catch (IOException | RuntimeException notTold) {
                return 0;
            }
        }
    }
}
