package cc.accu.client;

import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.Failures.ConversationEnd.Kind;
import cc.accu.internal.framing.AckLine;
import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers lines at least once: what is delivered is what the server has acknowledged. Has a thread of its own, on which
 * its {@link Redelivery} decides where to connect to. Any thread.
 */
final class AckedSender implements Sender {
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(1);

    private final Settings settings;
    private final EventLoops loops;
    private final SendQueue queue;
    private final ControlThread control = new ControlThread(this::failForABug);
    private final Redelivery redelivery;

    private AckedSender(List<Endpoint> endpoints, Settings settings, EventLoops loops) {
        this.settings = settings;
        this.loops = loops;
        this.queue = new SendQueue(settings, this::isOwnThread);
        this.redelivery = new Redelivery(endpoints, settings, loops, queue, control);
    }

    private void failForABug(Throwable bug) {
        redelivery.end("internal error", bug);
    }

    /** Connects, and waits for the first welcome, as long as the retry timeout. Blocking. */
    static AckedSender connect(List<Endpoint> endpoints, Settings settings, EventLoops loops)
            throws ExecutionException, InterruptedException {
        AckedSender sender = new AckedSender(endpoints, settings, loops);
        boolean welcome = false;
        try {
            sender.control.run(sender.redelivery::start);
            sender.redelivery.firstWelcome().get();
            welcome = true;
            return sender;
        } finally {
            if (!welcome) {
                sender.stop();
                sender.control.shutDown();
            }
        }
    }

    /**
     * Returns when the server would take a line. Blocking.
     *
     * @param answering its connect timeout is for the answer
     */
    static Void ping(Endpoint endpoint, Settings settings, Settings answering, EventLoops loops)
            throws ExecutionException, InterruptedException {
        Ping ping = new Ping(endpoint);
        SendQueue none = new SendQueue(answering, () -> false);
        ServerLink.connect(
                        endpoint,
                        settings.wire(),
                        loops,
                        settings.connectTimeout(),
                        channel -> new ServerLink(
                                channel, none, Duration.ZERO, link -> new AckProtocol(link, none, answering, ping)))
                .get();
        return ping.over.get();
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
        return control.isCurrent() || loops.areOfCurrentThread();
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
            control.shutDown();
        }
        queue.throwIfUndelivered();
    }

    /** As long as they come. */
    private void awaitAcks() throws InterruptedException {
        if (!isFlushedWhileItMoves(settings.closeTimeout())) {
            String timeout = Settings.text(settings.closeTimeout());
            String why = "i/o timeout: no ack for " + timeout + " while closing" + queue.blame();
            // Ended first, so that all it wrote is counted.
            abandon(stop(), "closing");
            queue.fail(why, null);
        }
    }

    private void sayGoodbye() throws InterruptedException {
        Optional<ServerLink> last = stop();
        if (last.isPresent() && !Sender.isDoneWithin(last.get().finish(), LONGEST_GOODBYE)) {
            abandon(last, "it did not close its side");
        }
    }

    /** Connects no more. The connection on which there is still a conversation, if there is one. */
    private Optional<ServerLink> stop() {
        return control.ask(redelivery::stop);
    }

    private static void abandon(Optional<ServerLink> link, String why) throws InterruptedException {
        if (link.isPresent()) {
            Sender.isDoneWithin(link.get().abandon(why), LONGEST_GOODBYE);
        }
    }

    /** The thread on which it is decided where to connect to (accu-client-retry). Any thread. */
    static final class ControlThread {
        private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);

        // What comes after the end is of no interest to anyone.
        private final ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, this::newThread, new ThreadPoolExecutor.DiscardPolicy());
        private final Consumer<Throwable> failed;
        private volatile @Nullable Thread thread;

        /**
         * @param failed is told, on the thread, of a mistake of ours, which must not leave anybody waiting
         */
        ControlThread(Consumer<Throwable> failed) {
            this.failed = failed;
        }

        private Thread newThread(Runnable work) {
            Thread started = new Thread(work, "accu-client-retry");
            started.setDaemon(true);
            thread = started;
            return started;
        }

        boolean isCurrent() {
            return Thread.currentThread().equals(thread);
        }

        void run(Runnable work) {
            executor.execute(() -> guarded(work));
        }

        void runLater(Runnable work, Duration delay) {
            executor.schedule(() -> guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void guarded(Runnable work) {
            try {
                work.run();
            } catch (RuntimeException | Error bug) {
                LOG.error("this should not have happened; please report it", bug);
                failed.accept(bug);
            }
        }

        /** What {@code question} gives. Blocking, but for the thread itself. */
        private <T> T ask(Supplier<T> question) {
            return CompletableFuture.supplyAsync(question, executor).join();
        }

        /** Runs nothing more. */
        private void shutDown() {
            executor.shutdownNow();
        }
    }

    /** A conversation without a line, to find out whether one would be taken, and stored. */
    private static final class Ping implements AckProtocol.Owner {
        private final Endpoint endpoint;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private boolean welcomed;

        private Ping(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void welcomed(ServerLink link, AckLine.Welcome welcome) {
            if (!welcome.held().isEmpty()) {
                fail("a line would have to wait there: " + welcome.held());
                link.abandon("it is known");
                return;
            }
            welcomed = true;
            link.finish()
                    .completeOnTimeout(null, LONGEST_GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
                    .thenRun(() -> over.complete(null));
        }

        /** A close in order, or none at all, is as good as any; what it says before that is not. */
        @Override
        public void ended(ConversationEnd how, boolean progressed) {
            if (how.kind().isLoss() && welcomed) {
                over.complete(null);
            } else if (how.kind().isLoss()) {
                String more = how.cause() instanceof SSLException
                        ? ""
                        : " before it said anything; it may have as many connections as it takes";
                fail(how.why() + more);
            } else if (how.kind() == Kind.REFUSED) {
                fail(how.why());
            } else {
                fail("it does not speak accu/1: " + how.why() + "; this is for accu servers with acks");
            }
        }

        private void fail(String why) {
            over.completeExceptionally(new ConnectException(endpoint, why));
        }
    }
}
