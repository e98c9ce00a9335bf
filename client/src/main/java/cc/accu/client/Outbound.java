package cc.accu.client;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and is not yet written, oldest first: gathered in chunks, then with the channel. Bounded by a {@link
 * Window}. Any thread adds; {@link #next}, {@link #written} and {@link #fail} belong to the event loop.
 */
final class Outbound {
    private static final int MOST_BYTES_WITH_CHANNEL = 512 * 1024;
    private static final int MOST_CHUNKS_WITH_CHANNEL = 64;

    private final ByteBufAllocator allocator;
    private final ReentrantLock lock = new ReentrantLock();
    private final Window window;
    private final Deque<Chunk> gathered = new ArrayDeque<>();
    private final Deque<Chunk> withChannel = new ArrayDeque<>();
    private final Receipts receipts = new Receipts();
    private final Callbacks callbacks = new Callbacks();
    private long bytesWithChannel;
    private Tally sent = Tally.NONE;
    private Tally written = Tally.NONE;
    private boolean closed;
    private @Nullable Failure failure;

    private record Failure(
            String why, boolean losesWritten, @Nullable Throwable cause) {}

    /**
     * @param mayWait whether the calling thread may be held up while the window is full
     */
    Outbound(ByteBufAllocator allocator, long windowBytes, BooleanSupplier mayWait) {
        this.allocator = allocator;
        this.window = new Window(lock, windowBytes, "written", mayWait);
    }

    /**
     * Takes a copy of {@code lines}. The future completes on the event loop when all of it is written, and fails at
     * once when it is not taken.
     */
    CompletableFuture<Void> add(ByteBuffer lines, int messages) {
        lock.lock();
        try {
            int bytes = lines.remaining();
            window.awaitRoom(bytes, () -> {
                checkUsable(messages, bytes);
                return Math.max(waitingBytes(), receipts.heldBytes());
            });
            sent = sent.plus(messages, bytes);
            Chunk last = gathered.peekLast();
            if (last == null || !last.hasRoomFor(bytes)) {
                last = Chunk.withRoomFor(bytes, allocator);
                gathered.add(last);
            }
            last.add(lines, messages);
            return receipts.forBytes(sent.bytes());
        } catch (IOException refused) {
            return CompletableFuture.failedFuture(refused);
        } finally {
            lock.unlock();
        }
    }

    private void checkUsable(int messages, int bytes) throws IOException {
        if (closed) {
            throw new ClosedException();
        }
        if (failure != null) {
            sent = sent.plus(messages, bytes);
            throw exception(failure);
        }
    }

    private DeliveryException exception(Failure of) {
        return DeliveryException.unwritten(of.why, sent, written, of.cause);
    }

    private long waitingBytes() {
        return sent.bytes() - written.bytes();
    }

    /** Completes when all that was added before is written. */
    CompletableFuture<Void> flushed() {
        lock.lock();
        try {
            if (waitingBytes() == 0) {
                return CompletableFuture.completedFuture(null);
            }
            return failure == null
                    ? receipts.forBytes(sent.bytes())
                    : CompletableFuture.failedFuture(exception(failure));
        } finally {
            lock.unlock();
        }
    }

    /** The next chunk that the channel should be given, if there is one and the channel does not have enough. */
    Optional<Chunk> next() {
        lock.lock();
        try {
            if (gathered.isEmpty()
                    || bytesWithChannel >= MOST_BYTES_WITH_CHANNEL
                    || withChannel.size() >= MOST_CHUNKS_WITH_CHANNEL) {
                return Optional.empty();
            }
            Chunk chunk = gathered.remove();
            withChannel.add(chunk);
            bytesWithChannel += chunk.bytes();
            return Optional.of(chunk);
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the first {@code bytes} of a chunk are written. Chunks are written in order. */
    void written(Chunk chunk, int bytes) {
        List<CompletableFuture<Void>> done;
        lock.lock();
        try {
            if (failure != null || chunk != withChannel.peek()) {
                return;
            }
            int more = bytes - chunk.writtenBytes();
            written = written.plus(chunk.written(bytes), more);
            bytesWithChannel -= more;
            if (chunk.isWritten()) {
                withChannel.remove();
                chunk.release();
            }
            done = receipts.takeUpTo(written.bytes());
            window.changed();
        } finally {
            lock.unlock();
        }
        if (!done.isEmpty()) {
            callbacks.run(() -> done.forEach(receipt -> receipt.complete(null)));
        }
    }

    /** Whether the channel has bytes that it could not write yet. */
    boolean channelIsBusy() {
        return locked(() -> !withChannel.isEmpty());
    }

    /** Whether chunks wait for the channel. */
    boolean hasNext() {
        return locked(() -> !gathered.isEmpty());
    }

    /**
     * Fails all that waits and all that will be added. The first failure counts.
     *
     * @param losesWritten whether the peer may have thrown away bytes that were written
     */
    void fail(String why, boolean losesWritten, @Nullable Throwable cause) {
        List<CompletableFuture<Void>> failed;
        DeliveryException exception;
        lock.lock();
        try {
            if (failure != null) {
                return;
            }
            failure = new Failure(why, losesWritten, cause);
            exception = exception(failure);
            failed = receipts.takeUpTo(Long.MAX_VALUE);
            gathered.forEach(Chunk::release);
            gathered.clear();
            withChannel.forEach(Chunk::release);
            withChannel.clear();
            window.changed();
        } finally {
            lock.unlock();
        }
        failed.forEach(receipt -> receipt.completeExceptionally(exception));
    }

    /** For the end of a message about what was not written in time. */
    String blame() {
        return callbacks.blame();
    }

    /** Takes nothing more, and sends those away who wait for room. What was taken goes on its way. */
    void close() {
        lock.lock();
        try {
            closed = true;
            window.changed();
        } finally {
            lock.unlock();
        }
    }

    /** Throws if something was not written, or was written and lost. */
    void throwIfUndelivered() throws DeliveryException {
        lock.lock();
        try {
            if (failure != null && (failure.losesWritten || waitingBytes() > 0)) {
                throw exception(failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was taken, and what was refused because the connection had failed. */
    Tally sent() {
        return locked(() -> sent);
    }

    Tally written() {
        return locked(() -> written);
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }
}
