package cc.accu.client;

import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** Delivers lines at least once: what is delivered is what the server has acknowledged. Any thread. */
final class AckedSender implements Sender {
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(1);

    private final Settings settings;
    private final SendQueue queue;
    private final Redelivery redelivery;

    private AckedSender(List<Endpoint> endpoints, Settings settings, EventLoops loops) {
        this.settings = settings;
        this.queue = new SendQueue(SendQueue.Settled.ACKNOWLEDGED, settings.windowBytes(), this::mayWait);
        this.redelivery = new Redelivery(endpoints, settings, loops, queue);
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
    public SendQueue queue() {
        return queue;
    }

    @Override
    public void wake() {
        redelivery.wake();
    }

    @Override
    public Optional<String> durable() {
        return Optional.of(redelivery.durable());
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
        queue.close();
        try {
            awaitAcks();
            sayGoodbye();
        } catch (InterruptedException interrupted) {
            queue.fail("interrupted while closing", null);
            throw interruptedWhileClosing(interrupted);
        } finally {
            redelivery.shutDown();
        }
        queue.throwIfUndelivered();
    }

    /** As long as they come. */
    private void awaitAcks() throws InterruptedException {
        if (!isFlushedWhileItMoves(settings.closeTimeout())) {
            String timeout = Deadline.text(settings.closeTimeout());
            String why = "i/o timeout: no ack for " + timeout + " while closing" + queue.blame();
            // Ended first, so that all it wrote is counted.
            abandon(redelivery.stop(), "closing");
            queue.fail(why, null);
        }
    }

    private void sayGoodbye() throws InterruptedException {
        Optional<ServerLink> last = redelivery.stop();
        if (last.isPresent() && !Sender.isDoneWithin(last.get().finish(), LONGEST_GOODBYE)) {
            abandon(last, "it did not close its side");
        }
    }

    private static void abandon(Optional<ServerLink> link, String why) throws InterruptedException {
        if (link.isPresent()) {
            Sender.isDoneWithin(link.get().abandon(why), LONGEST_GOODBYE);
        }
    }
}
