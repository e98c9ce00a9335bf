package cc.accu.client;

import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.ServerLink.Protocol;
import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes lines to one connection: what is delivered is what the kernel has. Any thread. */
final class PlainSender implements Sender {
    private static final Logger LOG = LoggerFactory.getLogger(PlainSender.class);
    private static final Duration FOR_EVER = Duration.ofDays(100_000);
    private static final Duration PATIENCE_WITH_THE_LOOP = Duration.ofSeconds(1);

    private final Endpoint endpoint;
    private final Settings settings;
    private final SendQueue queue;
    private final ServerLink link;

    /** Nothing is said besides lines, and what the server says is of no interest but for its end. */
    private record PlainProtocol(ServerLink link, SendQueue queue, Endpoint endpoint) implements Protocol {
        @Override
        public void lost(ConversationEnd how) {
            assert link.loop().inEventLoop();
            boolean isInOrder = how.equals(ConversationEnd.CLOSED) && link.outputHasEnded();
            if (!isInOrder) {
                LOG.debug("{}: {}", endpoint, how.why());
                queue.fail(how.why(), how.cause());
            }
            link.end(() -> {});
        }
    }

    private PlainSender(Channel channel, Endpoint endpoint, Settings settings) {
        this.endpoint = endpoint;
        this.settings = settings;
        this.queue = new SendQueue(settings, this::isOwnThread);
        this.link = new ServerLink(
                channel, queue, settings.writeTimeout(), mine -> new PlainProtocol(mine, queue, endpoint));
    }

    /** Connects to the first endpoint that can be reached. Blocking. */
    static PlainSender connect(List<Endpoint> endpoints, Settings settings, EventLoops loops)
            throws ExecutionException, InterruptedException {
        Failures failures = new Failures();
        for (Endpoint endpoint : endpoints) {
            try {
                return connect(endpoint, settings, loops);
            } catch (ExecutionException failed) {
                failures.add(endpoint, Objects.requireNonNull(failed.getCause()));
            }
        }
        Throwable last = failures.lastCause();
        throw new ExecutionException(failures.isOfOne() ? last : new ConnectException(failures.text(), last));
    }

    private static PlainSender connect(Endpoint endpoint, Settings settings, EventLoops loops)
            throws ExecutionException, InterruptedException {
        AtomicReference<PlainSender> latest = new AtomicReference<>();
        ServerLink.connect(endpoint, settings.wire(), loops, settings.connectTimeout(), channel -> {
                    PlainSender sender = new PlainSender(channel, endpoint, settings);
                    latest.set(sender);
                    return sender.link;
                })
                .get();
        return Objects.requireNonNull(latest.get());
    }

    @Override
    public SendQueue queue() {
        return queue;
    }

    @Override
    public void wake() {
        link.requestTurn();
    }

    @Override
    public Optional<String> durable() {
        return Optional.empty();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Holding up the event loop would hold up what is to make room. */
    @Override
    public boolean isOwnThread() {
        return link.loop().inEventLoop();
    }

    /**
     * Takes nothing more, writes what was taken, ends our output and waits for the server to end its own: that alone says
     * that it has read all.
     */
    @Override
    public void close() throws IOException {
        queue.close();
        boolean knows;
        try {
            awaitWritten();
            CompletableFuture<Void> over = link.finish();
            knows = !mayWaitForTheServer() || Sender.isDoneWithin(over, settings.closeTimeout());
        } catch (InterruptedException interrupted) {
            link.abandon("interrupted while closing");
            throw interruptedWhileClosing(interrupted);
        }
        link.close();
        queue.throwIfUndelivered();
        if (!knows && queue.counts().sent().messages() > 0) {
            throw DeliveryException.unconfirmed(settings.closeTimeout(), queue.counts());
        }
    }

    private boolean mayWaitForTheServer() {
        return !settings.closeTimeout().isZero();
    }

    /** The write timeout ends this, unless the event loop is held up by somebody's callback. */
    private void awaitWritten() throws InterruptedException {
        if (!mayWaitForTheServer()) {
            isFlushedWhileItMoves(FOR_EVER);
            return;
        }
        link.tightenWriteTimeout(settings.closeTimeout());
        Duration most = settings.closeTimeout().plus(PATIENCE_WITH_THE_LOOP);
        if (!isFlushedWhileItMoves(most)) {
            queue.fail("i/o timeout after " + Settings.text(most) + queue.blame(), null);
        }
    }
}
