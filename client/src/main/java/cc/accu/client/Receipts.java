package cc.accu.client;

import cc.accu.client.Segments.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for lines to be settled, in their order. One thread at a time: the lock of {@link SendQueue}, which completes
 * what it takes from here after it has let go of that lock.
 */
final class Receipts {
    private static final long BYTES_OF_ONE = 96;

    private final Deque<Receipt> waiting = new ArrayDeque<>();

    /** A future, and what it waits for. To be completed without a lock. */
    static final class Receipt {
        private final Position upTo;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private @Nullable IOException refusal;

        private Receipt(Position upTo) {
            this.upTo = upTo;
        }

        /** All that was sent up to here. */
        Position upTo() {
            return upTo;
        }

        void fail(IOException why) {
            done.completeExceptionally(why);
        }

        private void refuse(IOException why) {
            refusal = refusal == null ? why : refusal;
        }

        private void complete() {
            if (refusal == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(refusal);
            }
        }
    }

    /** A future for when all up to there is settled, which is no less than in the last call. */
    CompletableFuture<Void> add(Position upTo) {
        Receipt receipt = new Receipt(upTo);
        waiting.add(receipt);
        return receipt.done;
    }

    /** The same, for messages of which some were refused: it fails then. */
    CompletableFuture<Void> add(Position upTo, IOException refusal) {
        CompletableFuture<Void> done = add(upTo);
        waiting.getLast().refuse(refusal);
        return done;
    }

    /** Tells whoever sent the message before which {@code number} were sent. The first refusal counts. */
    void refuse(long number, IOException why) {
        for (Receipt receipt : waiting) {
            if (receipt.upTo.messages() > number) {
                receipt.refuse(why);
                return;
            }
        }
    }

    /** About how much of the heap they take: of the shortest messages that is more than the messages do. */
    long heldBytes() {
        return waiting.size() * BYTES_OF_ONE;
    }

    /** Removes those who wait for at most so many messages, and so many bytes. */
    List<Receipt> takeUpTo(long messages, long bytes) {
        List<Receipt> due = new ArrayList<>();
        for (Receipt first = waiting.peek(); first != null && isWithin(first.upTo, messages, bytes); ) {
            due.add(waiting.remove());
            first = waiting.peek();
        }
        return due;
    }

    private static boolean isWithin(Position upTo, long messages, long bytes) {
        return upTo.messages() <= messages && upTo.bytes() <= bytes;
    }

    List<Receipt> takeAll() {
        return takeUpTo(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Runs what a program hung on its futures, on the client's own thread. What throws harms nobody else; what blocks holds
     * up the whole client, and that is not left unsaid. One thread runs, any thread asks.
     */
    static final class Callbacks {
        private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);
        private static final Duration PATIENCE = Duration.ofSeconds(1);
        private static final long NOT_RUNNING = 0;

        private volatile long startedAt = NOT_RUNNING;

        void complete(List<Receipt> receipts) {
            if (receipts.isEmpty()) {
                return;
            }
            // Never zero.
            long start = System.nanoTime() | 1;
            startedAt = start;
            try {
                receipts.forEach(Receipt::complete);
            } finally {
                startedAt = NOT_RUNNING;
                long took = System.nanoTime() - start;
                if (took > PATIENCE.toNanos()) {
                    LOG.warn(
                            "a callback on a future of this client held it up for {} ms; it must not block",
                            Duration.ofNanos(took).toMillis());
                }
            }
        }

        /** For the end of a message about what did not happen in time: whether that is the program's own doing. */
        String blame() {
            long start = startedAt;
            boolean stuck = start != NOT_RUNNING && System.nanoTime() - start > PATIENCE.toNanos() / 10;
            return stuck ? ", while a callback on a future of this client blocks it" : "";
        }
    }
}
