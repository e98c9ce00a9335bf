package cc.accu.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who waits for messages to be settled, in their order. One thread at a time: the lock of {@link Unacknowledged}. */
final class AckReceipts {
    private static final long BYTES_OF_ONE = 96;

    private final Deque<Receipt> waiting = new ArrayDeque<>();

    /** A future, and what it waits for. To be completed without a lock. */
    static final class Receipt {
        private final Tally upTo;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private @Nullable IOException refusal;

        private Receipt(Tally upTo) {
            this.upTo = upTo;
        }

        /** Messages and bytes, all that was sent up to here. */
        Tally upTo() {
            return upTo;
        }

        void fail(IOException why) {
            done.completeExceptionally(why);
        }

        /** One of the messages was not and will not be delivered. The first refusal counts. */
        void refuse(IOException why) {
            refusal = refusal == null ? why : refusal;
        }

        void complete() {
            if (refusal == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(refusal);
            }
        }
    }

    /**
     * A future for when no fewer messages than in the last call are settled.
     *
     * @param refusal what it fails with then
     */
    CompletableFuture<Void> add(Tally upTo, Optional<IOException> refusal) {
        Receipt receipt = new Receipt(upTo);
        refusal.ifPresent(receipt::refuse);
        waiting.add(receipt);
        return receipt.done;
    }

    /** Tells whoever sent the message before which {@code number} were sent. */
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

    /** Removes those who wait for at most so many messages. */
    List<Receipt> takeUpTo(long messages) {
        List<Receipt> due = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.element().upTo.messages() <= messages) {
            due.add(waiting.remove());
        }
        return due;
    }
}
