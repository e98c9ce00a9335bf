package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LineWriter} with group commit: a thread takes all that waits, writes it, commits once, and completes the lot.
 * There is no timer: an idle sink commits at once, a busy one in large groups. With a writer that is quick, whoever
 * flushes does that itself, one after another, and the thread takes over when the writer turns out slow, or cannot go
 * on, or has something to do that takes time, or more waits than fits into a group. Any thread.
 */
public final class WriterSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(WriterSink.class);

    /** What waits is still in the processor's cache up to about here. */
    private static final int SOON_BYTES = 128 * 1024;

    /** With so much waiting, more is formatted when its turn comes: it may be many times as long as what came in. */
    private static final int AHEAD_BYTES = 1024 * 1024;

    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SLOW_FOR_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long GIVE_UP_MILLIS = 1000;

    private final String name;
    private final LineWriter writer;
    private final Optional<Formatter> formatter;

    /** Guarded by {@link #writing}. */
    private final Group group;

    private final Thread thread;
    private final Inbox inbox = new Inbox();

    /** Held by whoever uses the writer. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Whether the writer cannot go on now: the thread is at it. Set under {@link #writing}. */
    private volatile boolean stalled;

    /** Whether the thread does what takes time: nobody is to wait for it. */
    private volatile boolean busy;

    /** Why the writer could not go on the last time. Guarded by {@link #writing}. */
    private Optional<String> why = Optional.empty();

    private String whatHolds = "";

    private volatile Optional<String> held = Optional.empty();
    private final ThreadLocal<SlowCalls> slowCalls = ThreadLocal.withInitial(SlowCalls::new);
    private volatile long slowUntil = System.nanoTime();
    private volatile boolean givenUp;
    private volatile @Nullable IOException failure;

    /**
     * Starts the thread. The sink owns {@code writer} from now on and closes it at the end.
     *
     * @param name the sink's address; what is before its colon names the thread
     */
    public WriterSink(String name, LineWriter writer) {
        this(name, writer, Optional.empty());
    }

    /** As above, with what {@code formatter} makes of the lines in their place. */
    WriterSink(String name, LineWriter writer, Optional<Formatter> formatter) {
        this.name = name;
        this.writer = writer;
        this.formatter = formatter;
        this.group = new Group(formatter, writer);
        this.thread = new Thread(this::run, "accu-sink-" + name.split("[:?]", 2)[0]);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public CompletionStage<Void> accept(LineBatch batch) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        Entry rest = new Entry(batch, formatter.isEmpty(), stored);
        boolean grows = false;
        while (!rest.isReady() && !grows && inbox.bytes() + group.waitingBytes() < AHEAD_BYTES) {
            Entry next;
            try {
                next = rest.next(formatter.orElseThrow());
            } catch (RuntimeException | Error problem) {
                // Mostly for want of memory: the thread tries again, when it has given some back.
                LOG.debug("{}: lines are formatted later", name, problem);
                break;
            }
            if (next.isLast()) {
                handOver(next);
                return stored;
            }
            // One read of an event loop would keep it from its other connections for long.
            grows = next.grew();
            handOver(next);
        }
        handOver(rest);
        return stored;
    }

    private void handOver(Entry entry) {
        IOException broken = failure;
        long waitingBytes = broken == null ? inbox.add(entry) : -1;
        if (waitingBytes < 0) {
            entry.fail(broken != null ? broken : new SinkClosedException("the sink is closed"));
        } else if (waitingBytes >= SOON_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (inbox.isEmpty()) {
            return;
        }
        if (!writer.isQuick() || isForTheThread() || !getsTurn()) {
            inbox.callThread();
            return;
        }
        try {
            if (isForTheThread() || !storeHere()) {
                inbox.callThread();
            }
        } finally {
            writing.unlock();
        }
    }

    private boolean isForTheThread() {
        return stalled || busy || inbox.isReopeningAsked() || System.nanoTime() - slowUntil < 0;
    }

    /**
     * Waits for others, who write quickly too. Left to them, lines would leave this processor's cache, and whoever writes
     * would write for all. Who flushes when told that something is stored has no turn: that group is not done.
     */
    private boolean getsTurn() {
        try {
            return !writing.isHeldByCurrentThread() && writing.tryLock(TURN_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether all that waits was stored here; else it is the thread's. */
    private boolean storeHere() {
        if (!group.isEmpty()) {
            return false;
        }
        group.takeFrom(inbox);
        if (!isQuickForGroup()) {
            return false;
        }
        SlowCalls calls = slowCalls.get();
        calls.begin();
        stalled = !isSettled();
        if (calls.isBlocked(group.storedAt())) {
            slowUntil = System.nanoTime() + SLOW_FOR_NANOS;
        }
        return !stalled;
    }

    private boolean isQuickForGroup() {
        try {
            return group.isSmall() && writer.isQuickFor(group.bytes());
        } catch (RuntimeException brokenItself) {
            LOG.debug("{}: cannot say whether it is quick", name, brokenItself);
            return false; // the thread will see
        }
    }

    private void run() {
        boolean open = true;
        while (open) {
            open = inbox.awaitCall();
            writing.lock();
            try {
                serve();
            } catch (RuntimeException | Error bug) {
                LOG.error("{}: a defect in accu, please report it", name, bug);
                failWith(new IOException(bug.toString(), bug));
            } finally {
                busy = false;
                writing.unlock();
            }
        }
        closeWriter();
    }

    private void serve() {
        outwait();
        reopenIfAsked();
        while (!group.isEmpty() || !inbox.isEmpty()) {
            group.takeFrom(inbox);
            busy = !writer.isQuick() || !group.isSmall() || !isQuickForGroup();
            stalled = !isSettled();
            outwait();
            reopenIfAsked();
        }
    }

    private void reopenIfAsked() {
        if (inbox.isReopeningAsked()) {
            busy = true;
            inbox.takeReopening();
            reopenWriter();
        }
    }

    /** Tries what stalled until it goes on: what is taken is never dropped. */
    private void outwait() {
        if (!stalled) {
            return;
        }
        busy = true;
        if (!isSettled()) {
            holdSenders();
        }
        stalled = false;
    }

    private void holdSenders() {
        long since = System.nanoTime();
        LOG.warn("{}: {}; senders are held until that is over", name, whatHolds);
        do {
            held = why;
            LockSupport.parkNanos(RETRY_NANOS);
            reopenIfAsked();
        } while (!isSettled());
        held = Optional.empty();
        if (failure == null) {
            LOG.warn("{}: goes on after {} ms", name, (System.nanoTime() - since) / 1_000_000);
        }
    }

    /** Whether it is known what became of the group; if not, the writer cannot go on, and this is to be called again. */
    private boolean isSettled() {
        IOException broken = failure;
        try {
            if (broken == null) {
                group.store();
            } else {
                group.fail(broken);
            }
        } catch (HeldException forNow) {
            why = Optional.of(forNow.why());
            whatHolds = String.valueOf(forNow.getMessage());
            return false;
        } catch (IOException problem) {
            failWith(problem);
        }
        return true;
    }

    private void failWith(IOException problem) {
        failure = problem;
        group.fail(problem);
    }

    @Override
    public Optional<String> held() {
        return held;
    }

    @Override
    public Durability durability() {
        return writer.durability();
    }

    @Override
    public void reopen() {
        inbox.askForReopening();
    }

    private void reopenWriter() {
        try {
            writer.reopen();
        } catch (IOException problem) {
            LOG.error("{}: cannot reopen, goes on with the file it has: {}", name, problem.getMessage());
        } catch (RuntimeException | Error problem) {
            failWith(Group.broken(problem));
        }
    }

    private void closeWriter() {
        try {
            writer.close();
        } catch (IOException | RuntimeException | Error atClose) {
            if (!givenUp) {
                LOG.warn("{}: closing failed: {}", name, whyNotClosed(atClose));
            }
        }
    }

    private static String whyNotClosed(Throwable failure) {
        return failure instanceof IOException problem ? FileProblem.why(problem) : failure.toString();
    }

    @Override
    public void close() {
        inbox.close();
        if (Thread.currentThread().equals(thread) || writing.isHeldByCurrentThread()) {
            return; // called by who was told that something is stored: the thread waits for that
        }
        try {
            thread.join();
        } catch (InterruptedException stopWaiting) {
            giveUp();
            Thread.currentThread().interrupt();
        }
    }

    /** The interrupt ends what the thread waits for, if that can be ended, and lets it close the writer at once. */
    private void giveUp() {
        IOException closed = new SinkClosedException("the sink was closed before this was stored");
        givenUp = true;
        if (failure == null) {
            failure = closed;
        }
        thread.interrupt();
        try {
            thread.join(GIVE_UP_MILLIS);
        } catch (InterruptedException again) {
            LOG.debug("{}: interrupted again", name, again);
        }
        if (thread.isAlive()) {
            LOG.warn("{}: does not end: what it waits for cannot be interrupted", name);
            inbox.failAll(closed);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
