package cc.accu.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Who waits for bytes to be written, in the order of the bytes. One thread at a time: the lock of {@link Outbound},
 * which completes what it takes from here outside that lock.
 */
final class Receipts {
    private static final long BYTES_OF_ONE = 64;

    private final Deque<Receipt> waiting = new ArrayDeque<>();

    private record Receipt(long bytes, CompletableFuture<Void> done) {}

    /** A future for when {@code bytes}, no fewer than in the last call, are written in all. */
    CompletableFuture<Void> forBytes(long bytes) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        waiting.add(new Receipt(bytes, done));
        return done;
    }

    /** About how much of the heap they take: of the shortest messages that is more than the messages do. */
    long heldBytes() {
        return waiting.size() * BYTES_OF_ONE;
    }

    /** Removes those who wait for at most {@code bytes}. */
    List<CompletableFuture<Void>> takeUpTo(long bytes) {
        List<CompletableFuture<Void>> due = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.element().bytes <= bytes) {
            due.add(waiting.remove().done);
        }
        return due;
    }
}
