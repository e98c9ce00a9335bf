package cc.accu.client;

import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.Endpoint;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Delivers lines at least once: what is delivered is what the server has acknowledged. Any thread. */
final class AckedSender implements Sender {
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(1);

    private final Settings settings;
    private final Unacknowledged lines;
    private final Redelivery redelivery;

    private AckedSender(List<Endpoint> endpoints, Settings settings, EventLoops loops) {
        this.settings = settings;
        this.lines = new Unacknowledged(PooledByteBufAllocator.DEFAULT, settings.windowBytes(), this::mayWait);
        this.redelivery = new Redelivery(endpoints, settings, loops, lines);
    }

    /** Connects, and waits for the first welcome, as long as the retry timeout. Blocking. */
    static AckedSender connect(List<Endpoint> endpoints, Settings settings, EventLoops loops)
            throws ExecutionException, InterruptedException {
        AckedSender sender = new AckedSender(endpoints, settings, loops);
        boolean welcome = false;
        try {
            sender.redelivery.start().get();
            welcome = true;
            return sender;
        } finally {
            if (!welcome) {
                sender.redelivery.stop();
                sender.redelivery.shutDown();
            }
        }
    }

    private boolean mayWait() {
        return settings.whenFull() == WhenFull.BLOCK && !isOwnThread();
    }

    @Override
    public CompletableFuture<Void> send(ByteBuffer block, int messages) {
        CompletableFuture<Void> stored = lines.add(block, messages);
        if (!stored.isDone()) {
            redelivery.wake();
        }
        return stored;
    }

    @Override
    public CompletableFuture<Void> flushed() {
        return lines.flushed();
    }

    @Override
    public Tally sent() {
        return lines.sent();
    }

    @Override
    public Tally written() {
        return lines.written();
    }

    @Override
    public long acknowledged() {
        return lines.acknowledged();
    }

    @Override
    public Optional<String> durable() {
        return Optional.of(redelivery.durable());
    }

    @Override
    public OptionalLong maxLineBytes() {
        return OptionalLong.of(lines.maxLineBytes());
    }

    @Override
    public Endpoint endpoint() {
        return redelivery.endpoint();
    }

    @Override
    public boolean isOwnThread() {
        return redelivery.isOwnThread();
    }

    @Override
    public void close() throws IOException {
        lines.close();
        try {
            awaitAcks();
            sayGoodbye();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            lines.fail("interrupted while closing", null);
            InterruptedIOException failure = new InterruptedIOException("interrupted while closing " + endpoint());
            failure.initCause(interrupted);
            throw failure;
        } finally {
            redelivery.shutDown();
        }
        lines.throwIfUndelivered();
    }

    /** As long as they come. */
    private void awaitAcks() throws InterruptedException {
        Future<Void> flushed = lines.flushed();
        long before;
        do {
            before = lines.settled();
            if (Waiting.isDoneWithin(flushed, settings.closeTimeout())) {
                return;
            }
        } while (lines.settled() > before);
        String blame = lines.blame();
        // Ended first, so that all it wrote is counted.
        abandon(redelivery.stop(), "closing");
        lines.fail(
                "i/o timeout: no ack for " + Durations.text(settings.closeTimeout()) + " while closing" + blame, null);
    }

    private void sayGoodbye() throws InterruptedException {
        Optional<Conversation> last = redelivery.stop();
        if (last.isPresent() && !Waiting.isDoneWithin(last.get().finish(), LONGEST_GOODBYE)) {
            abandon(last, "it did not close its side");
        }
    }

    private static void abandon(Optional<Conversation> conversation, String why) throws InterruptedException {
        if (conversation.isPresent()) {
            Waiting.isDoneWithin(conversation.get().abandon(why), LONGEST_GOODBYE);
        }
    }
}
