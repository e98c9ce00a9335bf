package cc.accu.client;

import cc.accu.client.ConversationEnd.Kind;
import cc.accu.internal.framing.AckLine;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A conversation without a line, to find out whether one would be taken, and stored. */
final class Ping implements AckProtocol.Owner {
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(1);

    private final Endpoint endpoint;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private boolean welcomed;

    private Ping(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Returns when the server would take a line. Blocking.
     *
     * @param answering its connect timeout is for the answer
     */
    static void send(Endpoint endpoint, Settings settings, Settings answering, EventLoops loops)
            throws IOException, InterruptedException {
        Ping ping = new Ping(endpoint);
        SendQueue none = new SendQueue(SendQueue.Settled.ACKNOWLEDGED, 1, () -> false);
        Transport transport = Transport.of(endpoint, settings.preferNative());
        try {
            ServerLink.connect(
                            transport,
                            loops,
                            settings.connectTimeout(),
                            channel -> new ServerLink(
                                    channel, none, Duration.ZERO, link -> new AckProtocol(link, none, answering, ping)))
                    .get();
            ping.over.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        }
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
            fail(how.why() + " before it said anything; it may have as many connections as it takes");
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
