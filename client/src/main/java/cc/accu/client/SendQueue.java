package cc.accu.client;

import cc.accu.client.Receipts.Callbacks;
import cc.accu.client.Receipts.Receipt;
import cc.accu.client.Refusals.Counts;
import cc.accu.client.Segments.Piece;
import cc.accu.client.Segments.Position;
import cc.accu.client.Sender.Settings;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and is not settled, oldest first, over all connections, and no more than the window. Settled is a line
 * that is delivered and needs no more care: with acknowledgements when the server has stored it, without them when the
 * kernel has it. Any thread adds and asks; one connection at a time takes lines, says what it wrote and what was
 * acknowledged, on its event loop. Futures complete there, after the lock is let go.
 */
final class SendQueue {
    private final Settings settings;
    private final boolean acknowledged;
    private final BooleanSupplier isOwnThread;
    private final Callbacks callbacks = new Callbacks();
    private final ReentrantLock lock = new ReentrantLock();
    /** There is less in the window, or no more is taken. */
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Segments segments = new Segments();

    @GuardedBy("lock")
    private final Receipts receipts = new Receipts();

    @GuardedBy("lock")
    private final Refusals refusals;

    @GuardedBy("lock")
    private long progressedAt = System.nanoTime();

    /**
     * @param isOwnThread whether the calling thread is one that makes room in the window, and must not wait for that
     */
    SendQueue(Settings settings, BooleanSupplier isOwnThread) {
        this.settings = settings;
        this.acknowledged = settings.acks().wanted();
        this.isOwnThread = isOwnThread;
        this.refusals = new Refusals(acknowledged, segments);
    }

    /**
     * Takes a copy of {@code lines}, but for those that are longer than the server takes. The future completes when all of
     * them are settled, and fails then if one was refused; it fails at once when nothing is taken.
     */
    CompletableFuture<Void> add(ByteBuffer lines, int messages) {
        lock.lock();
        try {
            awaitRoom(messages, lines.remaining());
            if (segments.isEmpty()) {
                // Nobody was waiting until now.
                progressedAt = System.nanoTime();
            }
            if (refusals.admits(lines)) {
                segments.add(lines, messages);
                return receipts.add(segments.added());
            }
            return addShortOnes(lines);
        } catch (IOException notTaken) {
            return CompletableFuture.failedFuture(notTaken);
        } finally {
            lock.unlock();
        }
    }

    /** Returns when there is room in the window. What is larger than all of it goes alone. */
    @GuardedBy("lock")
    private void awaitRoom(int messages, int bytes) throws IOException {
        refusals.check(messages, bytes);
        for (long waiting = unsettledBytes(); waiting > 0 && waiting + bytes > settings.windowBytes(); ) {
            if (settings.whenFull() == WhenFull.FAIL || isOwnThread.getAsBoolean()) {
                String missing = acknowledged ? "acknowledged" : "written";
                throw new WindowFullException(settings.windowBytes(), waiting, missing);
            }
            try {
                changed.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the window was full");
            }
            refusals.check(messages, bytes);
            waiting = unsettledBytes();
        }
    }

    @GuardedBy("lock")
    private long unsettledBytes() {
        return Math.max(segments.added().bytes() - segments.settled().bytes(), receipts.heldBytes());
    }

    @GuardedBy("lock")
    private CompletableFuture<Void> addShortOnes(ByteBuffer lines) throws IOException {
        Position before = segments.added();
        Optional<IOException> wrong = refusals.addShortOnes(lines);
        if (segments.added().equals(before)) {
            throw wrong.orElseThrow();
        }
        return wrong.isPresent() ? receipts.add(segments.added(), wrong.get()) : receipts.add(segments.added());
    }

    /** Completes when all that was added before is settled. */
    CompletableFuture<Void> flushed() {
        lock.lock();
        try {
            if (!refusals.leaveSomething()) {
                return CompletableFuture.completedFuture(null);
            }
            Optional<DeliveryException> failure = refusals.failure();
            return failure.isPresent() ? CompletableFuture.failedFuture(failure.get()) : receipts.add(segments.added());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts again, for a new connection, from the first message that is not settled: how many there were before it.
     *
     * @param mostLineBytes what this server takes
     */
    long restart(long mostLineBytes) {
        lock.lock();
        try {
            refusals.setMostLineBytes(mostLineBytes);
            return segments.restart();
        } finally {
            lock.unlock();
        }
    }

    /** The next lines for the current connection. */
    Optional<Piece> next() {
        lock.lock();
        try {
            return refusals.hasFailed() ? Optional.empty() : segments.next();
        } finally {
            lock.unlock();
        }
    }

    /** The first {@code bytes} of a piece are with the kernel. Pieces are written in order. */
    void written(Piece piece, int bytes) {
        List<Receipt> done = List.of();
        lock.lock();
        try {
            if (refusals.hasFailed()) {
                return;
            }
            segments.written(piece, bytes);
            if (!acknowledged) {
                Position written = segments.written();
                done = receipts.takeUpTo(Long.MAX_VALUE, written.bytes());
                settle(written);
            }
        } finally {
            lock.unlock();
        }
        callbacks.complete(done);
    }

    /** The first {@code number} messages, over all connections, are stored. */
    void acknowledge(long number) {
        acknowledge(number, false);
    }

    /** The server takes the first message that is not settled for too long; there is one. */
    void refuseFirst() {
        acknowledge(settled().messages() + 1, true);
    }

    private void acknowledge(long number, boolean lastIsRefused) {
        List<Receipt> done;
        lock.lock();
        try {
            if (refusals.hasFailed() || number <= segments.settled().messages()) {
                return;
            }
            if (lastIsRefused) {
                receipts.refuse(number - 1, refusals.byServer());
            }
            done = receipts.takeUpTo(number, Long.MAX_VALUE);
            // Bytes are not looked for in the lines: those of the last message that somebody waited for will do.
            Position known = done.isEmpty()
                    ? segments.settled()
                    : done.get(done.size() - 1).upTo();
            settle(new Position(number, known.bytes()));
        } finally {
            lock.unlock();
        }
        callbacks.complete(done);
    }

    @GuardedBy("lock")
    private void settle(Position upTo) {
        boolean makesRoom = upTo.bytes() > segments.settled().bytes();
        segments.settle(upTo);
        progressedAt = System.nanoTime();
        if (makesRoom) {
            changed.signalAll();
        }
    }

    /**
     * Fails all that waits and all that will be added. The first failure counts.
     *
     * @param cause of a connection that broke, if it did
     */
    void fail(String why, @Nullable Throwable cause) {
        List<Receipt> due;
        DeliveryException failure;
        lock.lock();
        try {
            if (refusals.hasFailed()) {
                return;
            }
            failure = refusals.fail(why, cause);
            due = receipts.takeAll();
            segments.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        due.forEach(receipt -> receipt.fail(failure));
    }

    /** Takes nothing more, and sends those away who wait for room. What was taken goes on its way. */
    void close() {
        lock.lock();
        try {
            refusals.close();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Throws if something was not delivered, unless it was refused for its length, which was told then. */
    void throwIfUndelivered() throws DeliveryException {
        lock.lock();
        try {
            refusals.throwIfUndelivered();
        } finally {
            lock.unlock();
        }
    }

    Counts counts() {
        lock.lock();
        try {
            return refusals.counts();
        } finally {
            lock.unlock();
        }
    }

    /** All that needs no more care: messages exactly, bytes at least once all of a call are settled. */
    Position settled() {
        lock.lock();
        try {
            return segments.settled();
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return segments.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** For how long there have been lines, and none was settled; zero while there are none. */
    Duration withoutProgress() {
        lock.lock();
        try {
            return segments.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - progressedAt);
        } finally {
            lock.unlock();
        }
    }

    /** The longest message that the server takes, as it said; empty where it says nothing. */
    OptionalLong maxLineBytes() {
        lock.lock();
        try {
            return acknowledged ? OptionalLong.of(refusals.mostLineBytes()) : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    /** For the end of a message about what did not happen in time. */
    String blame() {
        return callbacks.blame();
    }
}
