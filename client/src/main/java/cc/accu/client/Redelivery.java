package cc.accu.client;

import cc.accu.client.Farewell.Kind;
import cc.accu.line.AckLine;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.EventLoops;
import cc.accu.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one conversation after another, with one endpoint after another, until every line is settled or there was no
 * progress for too long. Connects only while there are lines, but for the first time. What it decides, it decides on one
 * thread (accu-client-retry).
 */
final class Redelivery implements Conversation.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);

    private final Settings settings;
    private final EventLoops loops;
    private final Unacknowledged lines;
    private final Rotation rotation;
    private final Outage outage;
    private final ScheduledThreadPoolExecutor control;
    private final Set<Endpoint> known = new HashSet<>();
    private final CompletableFuture<Void> firstWelcome = new CompletableFuture<>();
    private final AtomicBoolean idle = new AtomicBoolean();
    private volatile @Nullable Thread thread;
    private volatile @Nullable Conversation current;
    private volatile Endpoint endpoint;
    private volatile String durable = "";
    private String lastWhy = "";
    private @Nullable Throwable lastCause;
    private boolean complained;
    private boolean stopped;

    Redelivery(List<Endpoint> endpoints, Settings settings, EventLoops loops, Unacknowledged lines) {
        this.settings = settings;
        this.loops = loops;
        this.lines = lines;
        this.rotation = new Rotation(endpoints);
        this.endpoint = endpoints.get(0);
        this.outage = new Outage(settings.acks().retryTimeout());
        // What comes after the end is of no interest to anyone.
        this.control = new ScheduledThreadPoolExecutor(1, this::newThread, new ThreadPoolExecutor.DiscardPolicy());
    }

    private Thread newThread(Runnable work) {
        Thread started = new Thread(work, "accu-client-retry");
        started.setDaemon(true);
        thread = started;
        return started;
    }

    boolean isOwnThread() {
        return Thread.currentThread().equals(thread) || loops.areOfCurrentThread();
    }

    /** Where the current connection goes to, or the last one went. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** From the last welcome. */
    String durable() {
        return durable;
    }

    /** Completes with the first welcome, or fails when there will be none. */
    CompletableFuture<Void> start() {
        control.execute(this::connect);
        return firstWelcome;
    }

    /** There are new lines. Any thread. */
    void wake() {
        Conversation conversation = current;
        if (conversation != null) {
            conversation.requestTurn();
        }
        if (idle.get() && idle.compareAndSet(true, false)) {
            control.execute(this::connectAfresh);
        }
    }

    private void connectAfresh() {
        outage.restart();
        connect();
    }

    private void connect() {
        if (stopped) {
            return;
        }
        Optional<Duration> timeout = outage.left(settings.connectTimeout());
        if (timeout.isEmpty()) {
            giveUp("gave up after " + Durations.text(settings.acks().retryTimeout()) + ": " + lastWhy, lastCause);
            return;
        }
        endpoint = rotation.next();
        Transport.of(endpoint, settings.preferNative())
                .connect(loops, newConversation(endpoint, timeout.get()), timeout.get())
                .whenCompleteAsync((channel, failure) -> connected(failure), control);
    }

    private ChannelHandler newConversation(Endpoint with, Duration welcomeTimeout) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(new Conversation(channel, with, settings, welcomeTimeout, lines, Redelivery.this));
            }
        };
    }

    private void connected(@Nullable Throwable failure) {
        if (failure != null) {
            retry(String.valueOf(failure.getMessage()), failure);
        }
    }

    @Override
    public void welcomed(Conversation by, AckLine.Welcome welcome) {
        control.execute(() -> {
            durable = welcome.durable();
            known.add(by.endpoint());
            if (lines.isEmpty()) {
                outage.restart();
            }
            if (complained) {
                LOG.info("connected to {} again", by.endpoint());
            }
            current = by;
            firstWelcome.complete(null);
            by.requestTurn();
        });
    }

    @Override
    public void ended(Conversation which, Farewell farewell) {
        control.execute(() -> after(which.endpoint(), farewell));
    }

    private void after(Endpoint with, Farewell farewell) {
        current = null;
        if (farewell.progressed()) {
            outage.restart();
            complained = false;
        }
        String why = with + ": " + farewell.why();
        if (farewell.kind() == Kind.WRONG) {
            giveUp("protocol error: " + farewell.why(), farewell.cause());
        } else if (farewell.kind() == Kind.FOREIGN || (farewell.kind() == Kind.SILENT && !known.contains(with))) {
            leave(with, farewell.why());
        } else {
            retry(why, farewell.cause());
        }
    }

    /** Every hello is a message to a server that does not know what it means: say no more. */
    private void leave(Endpoint with, String why) {
        rotation.leave(with);
        ConnectException failure =
                new ConnectException(with, "it does not speak accu/1: " + why + "; send without --ack");
        if (rotation.isEmpty()) {
            giveUp(String.valueOf(failure.getMessage()), failure);
        } else {
            retry(String.valueOf(failure.getMessage()), failure);
        }
    }

    private void retry(String why, @Nullable Throwable cause) {
        if (stopped || isIdle()) {
            return;
        }
        lastWhy = why;
        lastCause = cause;
        if (!complained) {
            complained = true;
            LOG.warn("{}; trying again", why);
        }
        Duration wait = outage.nextWait().orElse(Duration.ZERO);
        control.schedule(this::connect, wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Nothing to do: the next line wakes us. */
    private boolean isIdle() {
        if (!firstWelcome.isDone() || !lines.isEmpty()) {
            return false;
        }
        idle.set(true);
        // A line that came just before will not wake us.
        return lines.isEmpty() || !idle.compareAndSet(true, false);
    }

    private void giveUp(String why, @Nullable Throwable cause) {
        stopped = true;
        lines.fail(why, cause);
        firstWelcome.completeExceptionally(
                cause instanceof ConnectException ? cause : new ConnectException(endpoint, why));
    }

    /** Connects no more. The conversation that is still going on, if there is one. Blocking. */
    Optional<Conversation> stop() {
        return CompletableFuture.supplyAsync(
                        () -> {
                            stopped = true;
                            return Optional.ofNullable(current);
                        },
                        control)
                .join();
    }

    /** Ends the thread. */
    void shutDown() {
        control.shutdownNow();
    }
}
