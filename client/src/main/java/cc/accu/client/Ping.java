package cc.accu.client;

import cc.accu.client.Farewell.Kind;
import cc.accu.internal.framing.AckLine;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A conversation without a line, to find out whether one would be taken, and stored. */
final class Ping implements Conversation.Owner {
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
        Unacknowledged none = new Unacknowledged(PooledByteBufAllocator.DEFAULT, 1, () -> false);
        ChannelInitializer<Channel> handler = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Conversation(channel, endpoint, answering, none, ping));
            }
        };
        try {
            Transport.of(endpoint, settings.preferNative())
                    .connect(loops, handler, settings.connectTimeout())
                    .get();
            ping.over.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        }
    }

    @Override
    public void welcomed(Conversation by, AckLine.Welcome welcome) {
        if (!welcome.held().isEmpty()) {
            fail("a line would have to wait there: " + welcome.held());
            by.abandon("it is known");
            return;
        }
        welcomed = true;
        by.finish()
                .completeOnTimeout(null, LONGEST_GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> over.complete(null));
    }

    /** A close in order, or none at all, is as good as any; what it says before that is not. */
    @Override
    public void ended(Conversation which, Farewell farewell) {
        if (farewell.kind() == Kind.LOST && welcomed) {
            over.complete(null);
        } else if (farewell.kind() == Kind.LOST) {
            fail(farewell.why() + " before it said anything; it may have as many connections as it takes");
        } else if (farewell.kind() == Kind.REFUSED) {
            fail(farewell.why());
        } else {
            fail("it does not speak accu/1: " + farewell.why() + "; this is for accu servers with acks");
        }
    }

    private void fail(String why) {
        over.completeExceptionally(new ConnectException(endpoint, why));
    }
}
