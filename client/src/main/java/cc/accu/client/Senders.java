package cc.accu.client;

import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/** Connects as the settings say. Blocking. */
final class Senders {
    private Senders() {}

    /** Connects to the first endpoint that can be reached; if there is none, closes the loops. */
    static Sender connect(List<Endpoint> endpoints, Settings settings, EventLoops loops) throws IOException {
        boolean connected = false;
        try {
            Sender sender = open(endpoints, settings, loops);
            connected = true;
            return sender;
        } finally {
            if (!connected) {
                loops.close();
            }
        }
    }

    private static Sender open(List<Endpoint> endpoints, Settings settings, EventLoops loops) throws IOException {
        try {
            return settings.acks().wanted()
                    ? AckedSender.connect(endpoints, settings, loops)
                    : connectPlain(endpoints, settings, loops);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + endpoints.get(0));
        }
    }

    private static Sender connectPlain(List<Endpoint> endpoints, Settings settings, EventLoops loops)
            throws ExecutionException, InterruptedException {
        Failures failures = new Failures();
        for (Endpoint endpoint : endpoints) {
            try {
                return connectPlain(endpoint, settings, loops);
            } catch (ExecutionException failed) {
                Throwable why = Objects.requireNonNull(failed.getCause());
                failures.add(endpoint, String.valueOf(why.getMessage()), why);
            }
        }
        Throwable last = failures.lastCause();
        throw new ExecutionException(failures.isOfOne() ? last : new ConnectException(failures.text(), last));
    }

    private static Sender connectPlain(Endpoint endpoint, Settings settings, EventLoops loops)
            throws ExecutionException, InterruptedException {
        // Each address of a host is tried on a channel of its own: the last one is the one that connected.
        AtomicReference<Connection> latest = new AtomicReference<>();
        ChannelHandler handler = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                latest.set(new Connection(channel, endpoint, settings));
                channel.pipeline().addLast(latest.get());
            }
        };
        Transport.of(endpoint, settings.preferNative())
                .connect(loops, handler, settings.connectTimeout())
                .get();
        return Objects.requireNonNull(latest.get());
    }
}
