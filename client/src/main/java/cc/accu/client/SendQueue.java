package cc.accu.client;

import cc.accu.client.Receipts.Callbacks;
import cc.accu.client.Receipts.Receipt;
import cc.accu.client.Refusals.Counts;
import cc.accu.client.Segments.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and is not settled, oldest first, over all connections. Bounded by a {@link Window}. Any thread adds and
 * asks; one connection at a time takes lines, says what it wrote and what was acknowledged, on its event loop. Futures
 * complete there, after the lock is let go.
 */
final class SendQueue {
    /** When a line is settled: delivered, and in need of no more care. */
    enum Settled {
        /** The kernel has it. */
        WRITTEN,
        /** The server has stored it. */
        ACKNOWLEDGED
    }

    private final boolean acknowledged;
    private final ReentrantLock lock = new ReentrantLock();
    private final Window window;
    private final Segments segments = new Segments();
    private final Receipts receipts = new Receipts();
    private final Refusals refusals;
    private final Callbacks callbacks = new Callbacks();
    private long progressedAt = System.nanoTime();

    /**
     * @param mayWait whether the calling thread may be held up while the window is full
     */
    SendQueue(Settled when, long windowBytes, BooleanSupplier mayWait) {
        this.acknowledged = when == Settled.ACKNOWLEDGED;
        this.window = new Window(lock, windowBytes, acknowledged ? "acknowledged" : "written", mayWait);
        this.refusals = new Refusals(acknowledged, segments);
    }

    /**
     * Takes a copy of {@code lines}, but for those that are longer than the server takes. The future completes when all of
     * them are settled, and fails then if one was refused; it fails at once when nothing is taken.
     */
    CompletableFuture<Void> add(ByteBuffer lines, int messages) {
        lock.lock();
        try {
            int bytes = lines.remaining();
            window.awaitRoom(bytes, () -> {
                refusals.check(messages, bytes);
                return unsettledBytes();
            });
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

    private long unsettledBytes() {
        return Math.max(segments.added().bytes() - segments.settled().bytes(), receipts.heldBytes());
    }

    private CompletableFuture<Void> addShortOnes(ByteBuffer lines) throws IOException {
        assert lock.isHeldByCurrentThread();
        Position before = segments.added();
        Optional<IOException> wrong = refusals.sift(lines, line -> segments.add(line, 1));
        if (segments.added().equals(before)) {
            throw wrong.orElseThrow();
        }
        return wrong.isPresent() ? receipts.add(segments.added(), wrong.get()) : receipts.add(segments.added());
    }

    /** Completes when all that was added before is settled. */
    CompletableFuture<Void> flushed() {
        return locked(() -> {
            if (!refusals.leaveSomething()) {
                return CompletableFuture.completedFuture(null);
            }
            Optional<DeliveryException> failure = refusals.failure();
            return failure.isPresent() ? CompletableFuture.failedFuture(failure.get()) : receipts.add(segments.added());
        });
    }

    /**
     * Starts again, for a new connection, from the first message that is not settled: how many there were before it.
     *
     * @param mostLineBytes what this server takes
     */
    long restart(long mostLineBytes) {
        return locked(() -> {
            refusals.setMostLineBytes(mostLineBytes);
            return segments.restart();
        });
    }

    /** The next lines for the current connection. */
    Optional<Piece> next() {
        return locked(() -> refusals.hasFailed() ? Optional.empty() : segments.next());
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

    private void settle(Position upTo) {
        assert lock.isHeldByCurrentThread();
        boolean makesRoom = upTo.bytes() > segments.settled().bytes();
        segments.settle(upTo);
        progressedAt = System.nanoTime();
        if (makesRoom) {
            window.changed();
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
            window.changed();
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
            window.changed();
        } finally {
            lock.unlock();
        }
    }

    /** Throws if something was not delivered, unless it was refused for its length, which was told then. */
    void throwIfUndelivered() throws DeliveryException {
        Optional<DeliveryException> failure = locked(refusals::undelivered);
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    Counts counts() {
        return locked(refusals::counts);
    }

    /** All that needs no more care: messages exactly, bytes at least once all of a call are settled. */
    Position settled() {
        return locked(segments::settled);
    }

    boolean isEmpty() {
        return locked(segments::isEmpty);
    }

    /** For how long there have been lines, and none was settled; zero while there are none. */
    Duration withoutProgress() {
        return locked(() -> segments.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - progressedAt));
    }

    /** The longest message that the server takes, as it said; empty where it says nothing. */
    OptionalLong maxLineBytes() {
        return acknowledged ? OptionalLong.of(locked(refusals::mostLineBytes)) : OptionalLong.empty();
    }

    /** For the end of a message about what did not happen in time. */
    String blame() {
        return callbacks.blame();
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
