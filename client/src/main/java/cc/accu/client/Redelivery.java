package cc.accu.client;

import cc.accu.client.AckedSender.ControlThread;
import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.Failures.ConversationEnd.Kind;
import cc.accu.client.Sender.Settings;
import cc.accu.internal.framing.AckLine;
import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Has one connection after another, with one endpoint after another, until every line is settled or the retry deadline is
 * over. Connects only while there are lines, but for the first time, and for a round over the other endpoints when one is
 * lost. The retry deadline is over after the longest time without progress: that is before the first welcome, or while
 * there are lines and none is settled. One thread (accu-client-retry), but for what says otherwise.
 *
 * <pre>
 * state       what happens                                    next state
 * IDLE        a line comes                                    WAITING, and connects at once
 * WAITING     the wait is over                                CONNECTING
 * CONNECTING  connected                                       GREETING
 * GREETING    the welcome comes                               CONVERSING
 * CONNECTING, GREETING, CONVERSING: it fails, or ends, and
 *             an endpoint has not been tried                  WAITING, and connects at once
 *             there is nothing to send                        IDLE
 *             there are lines, or there was no welcome ever   WAITING, for a while
 *             no endpoint is left that makes sense            ENDED
 * any         the retry deadline is over, or a close          ENDED
 * </pre>
 */
final class Redelivery implements EndpointRing.Outage {
    private static final Duration PATIENCE_FOR_AN_END = Duration.ofSeconds(1);

    private enum State {
        IDLE,
        WAITING,
        CONNECTING,
        GREETING,
        CONVERSING,
        ENDED
    }

    private final Settings settings;
    private final EventLoops loops;
    private final SendQueue queue;
    private final ControlThread control;
    private final EndpointRing ring;
    private final Failures failures = new Failures();
    private final Set<Endpoint> known = new HashSet<>();
    private final CompletableFuture<Void> firstWelcome = new CompletableFuture<>();
    // Any thread may take it from IDLE to WAITING.
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private long stateBegan;
    private long startedAt;
    // Of the latest attempt, from before it is connected until it has ended. Set on the event loop.
    private volatile @Nullable ServerLink link;
    private volatile Endpoint endpoint;
    private volatile String durable = "";

    Redelivery(List<Endpoint> endpoints, Settings settings, EventLoops loops, SendQueue queue, ControlThread control) {
        this.settings = settings;
        this.loops = loops;
        this.queue = queue;
        this.control = control;
        this.ring = new EndpointRing(endpoints, settings.acks().retryTimeout(), control, this);
        this.endpoint = endpoints.get(0);
    }

    /** Where the current connection goes to, or the last one went. Any thread. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** From the last welcome. Any thread. */
    String durable() {
        return durable;
    }

    /** Completes with the first welcome, or fails when there will be none. Any thread. */
    CompletableFuture<Void> firstWelcome() {
        return firstWelcome;
    }

    /** Makes the first connection, lines or not. */
    void start() {
        startedAt = System.nanoTime();
        watchDeadline();
        connect();
    }

    /** There are new lines. Any thread. */
    void wake() {
        ServerLink current = link;
        if (current != null) {
            current.requestTurn();
        }
        if (state.get() == State.IDLE && state.compareAndSet(State.IDLE, State.WAITING)) {
            control.run(this::connectAfresh);
        }
    }

    private void connectAfresh() {
        ring.restart();
        failures.clear();
        connect();
    }

    private boolean is(State asked) {
        assert control.isCurrent();
        return state.get() == asked;
    }

    private void enter(State next) {
        assert control.isCurrent();
        state.set(next);
        stateBegan = System.nanoTime();
    }

    /** Looks as often as need be. */
    private void watchDeadline() {
        Duration longest = settings.acks().retryTimeout();
        if (is(State.ENDED) || longest.isZero()) {
            return;
        }
        Duration left = longest.minus(withoutProgress());
        if (left.isNegative() || left.isZero()) {
            noteWhatIsMissing();
            giveUp("gave up after " + Settings.text(longest) + " (retry timeout): " + failures.text());
        } else {
            control.runLater(this::watchDeadline, left);
        }
    }

    @Override
    public Duration withoutProgress() {
        return firstWelcome.isDone() ? queue.withoutProgress() : Duration.ofNanos(System.nanoTime() - startedAt);
    }

    @Override
    public long settledMessages() {
        return queue.settled().messages();
    }

    /** Unless it has only begun to wait, and what went wrong before says more. */
    private void noteWhatIsMissing() {
        Duration waited = Duration.ofNanos(System.nanoTime() - stateBegan);
        if (failures.has(endpoint)
                && waited.multipliedBy(2).compareTo(settings.acks().retryTimeout()) < 0) {
            return;
        }
        switch (Objects.requireNonNull(state.get())) {
            case IDLE, WAITING, ENDED -> {}
            case CONNECTING -> failures.add(endpoint, "i/o timeout");
            case GREETING -> failures.add(endpoint, "it answered nothing");
            case CONVERSING -> failures.add(endpoint, new ConversationEnd(Kind.BROKEN, "no ack came" + queue.blame()));
        }
    }

    /** Whoever is silent must not take the time of those that are still to be tried. */
    @Override
    public void shareIsOver(Duration share) {
        ServerLink silent = link;
        if (silent != null && !is(State.ENDED)) {
            String missing = is(State.GREETING) ? "it answered nothing within " : "i/o timeout: no ack for ";
            silent.abandon(missing + Settings.text(share) + queue.blame());
        }
    }

    private void connect() {
        if (is(State.ENDED)) {
            return;
        }
        Endpoint next = ring.next();
        endpoint = next;
        enter(State.CONNECTING);
        ServerLink.connect(next, settings.wire(), loops, ring.limit(settings.connectTimeout()), new Attempt(next)::open)
                .whenComplete((channel, failure) -> control.run(() -> connected(next, failure)));
    }

    /** One connection, or what was to be one. Tells the control thread what comes of it. */
    private final class Attempt implements AckProtocol.Owner {
        private final Endpoint with;

        private Attempt(Endpoint with) {
            this.with = with;
        }

        private ServerLink open(Channel channel) {
            ServerLink opened = new ServerLink(
                    channel, queue, settings.writeTimeout(), mine -> new AckProtocol(mine, queue, settings, this));
            link = opened;
            return opened;
        }

        @Override
        public void welcomed(ServerLink by, AckLine.Welcome welcome) {
            control.run(() -> converse(with, by, welcome));
        }

        @Override
        public void ended(ConversationEnd how, boolean progressed) {
            control.run(() -> after(with, how, progressed));
        }
    }

    private void connected(Endpoint with, @Nullable Throwable failure) {
        if (is(State.ENDED)) {
            return;
        }
        if (failure != null) {
            link = null;
            retry(failures.add(with, failure));
        } else if (is(State.CONNECTING)) {
            enter(State.GREETING);
            ring.connected();
        }
    }

    private void converse(Endpoint with, ServerLink by, AckLine.Welcome welcome) {
        if (is(State.ENDED)) {
            return;
        }
        enter(State.CONVERSING);
        ring.connected();
        durable = welcome.durable();
        known.add(with);
        failures.tellEnd(with);
        firstWelcome.complete(null);
        if (queue.isEmpty()) {
            ring.rest();
        }
        by.requestTurn();
    }

    private void after(Endpoint with, ConversationEnd how, boolean progressed) {
        link = null;
        ring.disconnected();
        if (is(State.ENDED)) {
            return;
        }
        if (progressed) {
            ring.progressed(with);
            failures.end();
        }
        ConversationEnd end = known.contains(with) ? how : how.ofStranger();
        String why = failures.add(with, end);
        if (end.isHopeless()) {
            ring.leave(with);
        }
        if (ring.isEmpty()) {
            giveUp(failures.text());
        } else {
            retry(why);
        }
    }

    private void retry(String why) {
        enter(State.WAITING);
        if (ring.nextIsUntried()) {
            failures.tell(why);
            connect();
        } else if (!isIdle()) {
            failures.tell(why);
            control.runLater(this::connect, ring.nextWait());
        }
    }

    /** Nothing to do: the next line wakes us. */
    private boolean isIdle() {
        if (!firstWelcome.isDone() || !queue.isEmpty()) {
            return false;
        }
        enter(State.IDLE);
        // A line that came just before will not wake us.
        return queue.isEmpty() || !state.compareAndSet(State.IDLE, State.WAITING);
    }

    private void giveUp(String why) {
        end(why, failures.lastCause());
    }

    /** Delivers nothing more. The conversation that is going on ends first, so that all it wrote is counted. */
    void end(String why, @Nullable Throwable cause) {
        enter(State.ENDED);
        ServerLink open = link;
        if (open == null) {
            fail(why, cause);
            return;
        }
        open.abandon("given up")
                .completeOnTimeout(null, PATIENCE_FOR_AN_END.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> control.run(() -> fail(why, cause)));
    }

    private void fail(String why, @Nullable Throwable cause) {
        queue.fail(why, cause);
        boolean saysItAll = cause instanceof ConnectException && failures.isOfOne();
        firstWelcome.completeExceptionally(saysItAll ? cause : new ConnectException(why, cause));
    }

    /** Connects no more. The connection on which there is still a conversation, if there is one. */
    Optional<ServerLink> stop() {
        boolean converses = is(State.CONVERSING);
        enter(State.ENDED);
        return converses ? Optional.ofNullable(link) : Optional.empty();
    }
}
