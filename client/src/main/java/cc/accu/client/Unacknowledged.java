package cc.accu.client;

import cc.accu.client.AckReceipts.Receipt;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and is not yet acknowledged, over all connections. Bounded by a {@link Window}. Any thread adds; a
 * connection takes, and settles, as long as it is the current one.
 */
final class Unacknowledged {
    private final ReentrantLock lock = new ReentrantLock();
    private final Window window;
    private final KeptLines kept;
    private final AckReceipts receipts = new AckReceipts();
    private final LineLimit limit = new LineLimit();
    private final Callbacks callbacks = new Callbacks();
    private long settledBytes;
    private long progressedAt = System.nanoTime();
    private Tally written = Tally.NONE;
    private long turnedAway;
    private boolean closed;
    private @Nullable Failure failure;

    private record Failure(String why, @Nullable Throwable cause) {}

    /**
     * @param mayWait whether the calling thread may be held up while the window is full
     */
    Unacknowledged(ByteBufAllocator allocator, long windowBytes, BooleanSupplier mayWait) {
        this.kept = new KeptLines(allocator);
        this.window = new Window(lock, windowBytes, "acknowledged", mayWait);
    }

    /**
     * Takes a copy of {@code lines}, but for those that are longer than the server takes. The future completes without
     * the lock when all of them are acknowledged, and fails then if one was refused.
     */
    CompletableFuture<Void> add(ByteBuffer lines, int messages) {
        lock.lock();
        try {
            window.awaitRoom(lines.remaining(), () -> {
                checkUsable(messages);
                return waitingBytes();
            });
            if (kept.isEmpty()) {
                // Nobody was waiting for an acknowledgement until now.
                progressedAt = System.nanoTime();
            }
            if (limit.admits(lines)) {
                kept.add(lines, messages);
                return receipts.add(kept.added(), Optional.empty());
            }
            Tally before = kept.added();
            Optional<IOException> wrong = limit.sift(lines, before.messages(), line -> kept.add(line, 1));
            return kept.added().equals(before)
                    ? CompletableFuture.failedFuture(wrong.orElseThrow())
                    : receipts.add(kept.added(), wrong);
        } catch (IOException notTaken) {
            return CompletableFuture.failedFuture(notTaken);
        } finally {
            lock.unlock();
        }
    }

    private void checkUsable(int messages) throws IOException {
        if (closed) {
            throw new ClosedException();
        }
        if (failure != null) {
            turnedAway += messages;
            throw exception(failure);
        }
    }

    private DeliveryException exception(Failure of) {
        Tally notRefused = written.plus(-limit.refusedByServer(), 0);
        return DeliveryException.unacknowledged(of.why, sent(), notRefused, acknowledged(), of.cause);
    }

    private long waitingBytes() {
        return Math.max(kept.added().bytes() - settledBytes, receipts.heldBytes());
    }

    /** Completes when all that was added before is settled. */
    CompletableFuture<Void> flushed() {
        lock.lock();
        try {
            if (failure != null && !kept.isEmpty()) {
                return CompletableFuture.failedFuture(exception(failure));
            }
            return kept.isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : receipts.add(kept.added(), Optional.empty());
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
        return locked(() -> {
            limit.set(mostLineBytes);
            return kept.restart();
        });
    }

    /** The next lines for the current connection. */
    Optional<Piece> next() {
        return locked(() -> failure == null ? kept.next() : Optional.empty());
    }

    /** The first {@code bytes} of a piece are with the kernel. */
    void written(Piece piece, int bytes) {
        locked(() -> {
            Tally now = kept.upTo(piece, bytes);
            written = now.bytes() > written.bytes() ? now : written;
            return written;
        });
    }

    /** The first {@code number} messages, over all connections, are stored. */
    void acknowledge(long number) {
        settle(number, Optional.empty());
    }

    /** The server takes the first message that is not settled for too long; there is one. */
    void refuseFirst() {
        long number = kept.settled() + 1;
        settle(number, Optional.of(locked(() -> limit.refusedByServer(kept.firstLength()))));
    }

    private void settle(long number, Optional<IOException> refusal) {
        List<Receipt> done;
        lock.lock();
        try {
            if (failure != null || number <= kept.settled()) {
                return;
            }
            refusal.ifPresent(why -> receipts.refuse(number - 1, why));
            kept.settle(number);
            progressedAt = System.nanoTime();
            done = receipts.takeUpTo(number);
            if (!done.isEmpty()) {
                settledBytes = done.get(done.size() - 1).upTo().bytes();
                window.changed();
            }
        } finally {
            lock.unlock();
        }
        if (!done.isEmpty()) {
            callbacks.run(() -> done.forEach(Receipt::complete));
        }
    }

    /** Fails all that waits and all that will be added. The first failure counts. */
    void fail(String why, @Nullable Throwable cause) {
        List<Receipt> due;
        DeliveryException exception;
        lock.lock();
        try {
            if (failure != null) {
                return;
            }
            failure = new Failure(why, cause);
            exception = exception(failure);
            due = receipts.takeUpTo(Long.MAX_VALUE);
            kept.clear();
            window.changed();
        } finally {
            lock.unlock();
        }
        due.forEach(receipt -> receipt.fail(exception));
    }

    /** Takes nothing more, and sends those away who wait for room. What was taken goes on its way. */
    void close() {
        locked(() -> {
            closed = true;
            window.changed();
            return closed;
        });
    }

    /** Throws if something was not delivered, unless it was refused for its length, which was told then. */
    void throwIfUndelivered() throws DeliveryException {
        lock.lock();
        try {
            if (failure != null && !kept.isEmpty()) {
                throw exception(failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Messages that need no more care: stored, or refused. */
    long settled() {
        return locked(kept::settled);
    }

    boolean isEmpty() {
        return locked(kept::isEmpty);
    }

    /** For how long there have been lines, and none was settled; zero while there are none. */
    Duration withoutProgress() {
        return locked(() -> kept.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - progressedAt));
    }

    /** What was taken, and what was refused for its length, or because it had failed. */
    Tally sent() {
        return locked(() -> kept.added().plus(limit.refusedUnsent() + turnedAway, 0));
    }

    /** What was wholly with the kernel at least once. */
    Tally written() {
        return locked(() -> written);
    }

    /** The longest message that the server takes. */
    long maxLineBytes() {
        return locked(limit::mostBytes);
    }

    /** For the end of a message about acks that did not come. */
    String blame() {
        return callbacks.blame();
    }

    /** Messages that are stored. */
    long acknowledged() {
        return locked(() -> kept.settled() - limit.refusedByServer());
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
