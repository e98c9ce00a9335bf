package cc.accu.client;

import cc.accu.client.Farewell.Kind;
import cc.accu.internal.framing.AckLine;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
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
 * progress for too long, whatever it was waiting for. Connects only while there are lines, but for the first time, and
 * for a round over the other endpoints when one is lost. What it decides, it decides on one thread (accu-client-retry).
 */
final class Redelivery implements Conversation.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);
    private static final Duration COMPLAIN_EVERY = Duration.ofSeconds(10);
    private static final Duration PATIENCE_FOR_AN_END = Duration.ofSeconds(1);

    private final Settings settings;
    private final EventLoops loops;
    private final Unacknowledged lines;
    private final Rotation rotation;
    private final Failures failures = new Failures();
    private final Outage outage;
    private final ScheduledThreadPoolExecutor control;
    private final Set<Endpoint> known = new HashSet<>();
    private final CompletableFuture<Void> firstWelcome = new CompletableFuture<>();
    private final AtomicBoolean idle = new AtomicBoolean();
    private volatile @Nullable Thread thread;
    private volatile @Nullable Conversation current;
    private volatile @Nullable Conversation latest;
    private volatile Endpoint endpoint;
    private volatile String durable = "";
    private long startedAt;
    private Phase phase = Phase.BETWEEN;
    private long phaseBegan;
    private Turn turn = new Turn(Duration.ZERO, Duration.ZERO, 1, 0);
    private boolean complained;
    private long complaints;
    private long complainedAt;
    private long untold;
    private boolean stopped;

    /** What the control thread knows of the latest attempt. */
    private enum Phase {
        BETWEEN,
        CONNECTING,
        GREETING,
        CONVERSING
    }

    /**
     * What the endpoint that is being tried may have of the time without progress.
     *
     * @param from how much of it had gone by
     * @param share its part of the rest
     * @param sharers among how many that was divided, this one counted
     * @param settled lines settled by then
     */
    private record Turn(Duration from, Duration share, int sharers, long settled) {}

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
        decide(() -> {
            startedAt = System.nanoTime();
            connect();
            watch();
        });
        return firstWelcome;
    }

    /** A mistake of ours in here must not leave anybody waiting. */
    private void decide(Runnable decision) {
        control.execute(() -> guarded(decision));
    }

    private void decideLater(Runnable decision, Duration delay) {
        control.schedule(() -> guarded(decision), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void guarded(Runnable decision) {
        try {
            decision.run();
        } catch (RuntimeException | Error bug) {
            LOG.error("this should not have happened; please report it", bug);
            giveUp("internal error", bug);
        }
    }

    /** There are new lines. Any thread. */
    void wake() {
        Conversation conversation = current;
        if (conversation != null) {
            conversation.requestTurn();
        }
        if (idle.get() && idle.compareAndSet(true, false)) {
            decide(this::connectAfresh);
        }
    }

    private void connectAfresh() {
        outage.restart();
        rotation.restart();
        failures.clear();
        connect();
    }

    /** Looks, as often as need be, whether it has gone on for too long without progress. */
    private void watch() {
        if (stopped || outage.isEndless()) {
            return;
        }
        Optional<Duration> left = outage.left(withoutProgress());
        if (left.isPresent()) {
            decideLater(this::watch, left.get());
        } else {
            noteWhatIsMissing();
            giveUp(
                    "gave up after " + Durations.text(outage.longest()) + " (retry timeout): " + failures.text(),
                    failures.lastCause());
        }
    }

    private Duration withoutProgress() {
        return firstWelcome.isDone() ? lines.withoutProgress() : Duration.ofNanos(System.nanoTime() - startedAt);
    }

    private void beginTurn(Duration from, int sharers) {
        if (!outage.isEndless()) {
            turn = new Turn(from, outage.share(from, sharers), sharers, lines.settled());
            watch(turn);
        }
    }

    /** Whoever is silent must not take the time of those that are still to be tried. */
    private void watch(Turn watched) {
        boolean connected = phase == Phase.GREETING || phase == Phase.CONVERSING;
        if (stopped || !connected || !watched.equals(turn) || rotation.size() == 1) {
            return;
        }
        Duration fresh = outage.share(Duration.ZERO, rotation.size());
        Duration left = watched.from().plus(watched.share()).minus(withoutProgress());
        Conversation open = latest;
        if (lines.settled() > watched.settled()) {
            // Now the others are as good as untried.
            beginTurn(Duration.ZERO, rotation.size());
        } else if (!left.isNegative() && !left.isZero()) {
            decideLater(() -> watch(watched), left.compareTo(fresh) < 0 ? left : fresh);
        } else if (open != null && watched.sharers() > 1) {
            String missing = phase == Phase.GREETING ? "it answered nothing within " : "i/o timeout: no ack for ";
            open.abandon(missing + Durations.text(watched.share()) + lines.blame());
        }
    }

    /** No longer than what the one that is being tried may have. */
    private Duration connectTimeout() {
        Duration most = settings.connectTimeout();
        boolean shares = !outage.isEndless() && turn.sharers() > 1;
        return shares && turn.share().compareTo(most) < 0 ? turn.share() : most;
    }

    private void begin(Phase next) {
        phase = next;
        phaseBegan = System.nanoTime();
    }

    /** Unless it has only begun to wait, and what went wrong before says more. */
    private void noteWhatIsMissing() {
        Duration waited = Duration.ofNanos(System.nanoTime() - phaseBegan);
        if (failures.has(endpoint) && waited.multipliedBy(2).compareTo(outage.longest()) < 0) {
            return;
        }
        switch (phase) {
            case BETWEEN -> {}
            case CONNECTING -> note(new ConnectException(endpoint, "i/o timeout"));
            case GREETING -> note(new ConnectException(endpoint, "it answered nothing"));
            case CONVERSING -> failures.add(endpoint, endpoint + ": no ack came" + lines.blame(), null);
        }
    }

    private void note(ConnectException failure) {
        failures.add(endpoint, String.valueOf(failure.getMessage()), failure);
    }

    private void connect() {
        if (stopped) {
            return;
        }
        Endpoint next = rotation.next();
        endpoint = next;
        begin(Phase.CONNECTING);
        beginTurn(withoutProgress(), rotation.sharers());
        Transport.of(next, settings.preferNative())
                .connect(loops, newConversation(next), connectTimeout())
                .whenComplete((channel, failure) -> decide(() -> connected(next, failure)));
    }

    private ChannelHandler newConversation(Endpoint with) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                Conversation conversation = new Conversation(channel, with, settings, lines, Redelivery.this);
                latest = conversation;
                channel.pipeline().addLast(conversation);
            }
        };
    }

    private void connected(Endpoint with, @Nullable Throwable failure) {
        if (stopped) {
            return;
        }
        if (failure != null) {
            latest = null;
            retry(with, String.valueOf(failure.getMessage()), failure);
        } else {
            if (phase == Phase.CONNECTING) {
                begin(Phase.GREETING);
            }
            watch(turn);
        }
    }

    @Override
    public void welcomed(Conversation by, AckLine.Welcome welcome) {
        decide(() -> {
            begin(Phase.CONVERSING);
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
            if (lines.isEmpty()) {
                beginTurn(Duration.ZERO, rotation.size());
            }
            by.requestTurn();
        });
    }

    @Override
    public void ended(Conversation which, Farewell farewell) {
        decide(() -> after(which.endpoint(), farewell));
    }

    private void after(Endpoint with, Farewell farewell) {
        current = null;
        latest = null;
        if (stopped) {
            return;
        }
        if (farewell.progressed()) {
            outage.restart();
            rotation.progressed(with);
            failures.clear();
            complained = false;
        }
        if (farewell.kind() == Kind.WRONG) {
            leave(with, "protocol error: " + with + " " + farewell.why(), farewell.cause());
        } else if (farewell.kind() == Kind.FOREIGN || (farewell.kind() == Kind.SILENT && !known.contains(with))) {
            leaveForeign(with, farewell.why());
        } else {
            retry(with, with + ": " + farewell.why(), farewell.cause());
        }
    }

    /** Every hello is a message to a server that does not know what it means: say no more. */
    private void leaveForeign(Endpoint with, String why) {
        ConnectException failure =
                new ConnectException(with, "it does not speak accu/1: " + why + "; send without acks");
        leave(with, String.valueOf(failure.getMessage()), failure);
    }

    /** Only the others are tried from now on; without any, this is the end. */
    private void leave(Endpoint with, String why, @Nullable Throwable cause) {
        rotation.leave(with);
        if (rotation.isEmpty()) {
            failures.add(with, why, cause);
            giveUp(failures.text(), cause);
        } else {
            retry(with, why, cause);
        }
    }

    private void retry(Endpoint with, String why, @Nullable Throwable cause) {
        begin(Phase.BETWEEN);
        failures.add(with, why, cause);
        if (rotation.nextIsUntried()) {
            complain(why);
            connect();
        } else if (!isIdle()) {
            complain(why);
            decideLater(this::connect, outage.nextWait());
        }
    }

    /** Once for each outage, and not too often: of a connection that keeps breaking, the rest is counted. */
    private void complain(String why) {
        long now = System.nanoTime();
        if (complained || (complaints > 0 && now - complainedAt < COMPLAIN_EVERY.toNanos())) {
            untold += complained ? 0 : 1;
        } else if (untold == 0) {
            LOG.warn("{}; trying again", why);
            noteComplaint(now);
        } else {
            LOG.warn("{}; trying again, as {} times before in between", why, untold);
            noteComplaint(now);
        }
        complained = true;
    }

    private void noteComplaint(long now) {
        complaints++;
        complainedAt = now;
        untold = 0;
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

    /** The conversation that is going on ends first, so that all it wrote is counted. */
    private void giveUp(String why, @Nullable Throwable cause) {
        stopped = true;
        Conversation open = latest;
        if (open == null) {
            fail(why, cause);
            return;
        }
        open.abandon("given up")
                .completeOnTimeout(null, PATIENCE_FOR_AN_END.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> control.execute(() -> fail(why, cause)));
    }

    private void fail(String why, @Nullable Throwable cause) {
        lines.fail(why, cause);
        boolean saysItAll = cause instanceof ConnectException && failures.isOfOne();
        firstWelcome.completeExceptionally(saysItAll ? cause : new ConnectException(why, cause));
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
