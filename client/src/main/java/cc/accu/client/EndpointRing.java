package cc.accu.client;

import cc.accu.client.AckedSender.ControlThread;
import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The endpoints in the order in which they are tried, again and again: whose turn it is, and how long the next one has to
 * wait once none is untried since something came of one. Shares the time that the retry timeout leaves among them, so that
 * all are tried before it is over: a round gives each its turn once, and each may have an equal part of what is left for
 * those that come after it. Whoever is silent for longer is left. One thread (accu-client-retry).
 */
final class EndpointRing {
    private static final Duration SHORTEST_SHARE = Duration.ofMillis(1);

    private final Deque<Endpoint> turns;
    private final Duration retryTimeout;
    private final ControlThread control;
    private final Outage outage;
    private final Set<Endpoint> tried = new HashSet<>();
    private final Set<Endpoint> round = new HashSet<>();
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private Turn turn = new Turn(Duration.ZERO, Duration.ZERO, 1, 0);
    private boolean connected;

    /** What the ring has to know, and says, of the time in which nothing comes of anything. */
    interface Outage {
        /** How much of it has gone by; zero while nothing is waited for. */
        Duration withoutProgress();

        /** Messages that are settled: more of them are progress. */
        long settledMessages();

        /** An endpoint that is connected has used up its share, while others wait for theirs. */
        void shareIsOver(Duration share);
    }

    /**
     * What the endpoint that is being tried may have of the time without progress.
     *
     * @param from how much of it had gone by
     * @param share its part of the rest
     * @param sharers among how many that was divided, this one counted
     * @param settled messages settled by then
     */
    private record Turn(Duration from, Duration share, int sharers, long settled) {}

    /**
     * @param endpoints at least one
     * @param retryTimeout zero for none: then nothing is shared
     */
    EndpointRing(List<Endpoint> endpoints, Duration retryTimeout, ControlThread control, Outage outage) {
        this.turns = new ArrayDeque<>(new LinkedHashSet<>(endpoints));
        this.retryTimeout = retryTimeout;
        this.control = control;
        this.outage = outage;
    }

    /** The next one, which goes to the end of the queue. Its turn begins: a connection is to be made. */
    Endpoint next() {
        assert control.isCurrent();
        Endpoint next = turns.remove();
        turns.add(next);
        tried.add(next);
        connected = false;
        if (round.containsAll(turns)) {
            round.clear();
        }
        round.add(next);
        long behind = turns.stream().filter(one -> !round.contains(one)).count();
        beginTurn(outage.withoutProgress(), 1 + (int) behind);
        return next;
    }

    /** A timeout, but no longer than what the one that is being tried may have. */
    Duration limit(Duration timeout) {
        boolean shares = isShared() && turn.sharers > 1;
        return shares && turn.share.compareTo(timeout) < 0 ? turn.share : timeout;
    }

    /** The connection is there, and is left when its time is over. */
    void connected() {
        if (!connected) {
            connected = true;
            watch(turn);
        }
    }

    /** The connection is gone, or its endpoint has lost its turn. */
    void disconnected() {
        connected = false;
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Whether there is no reason yet to let the next one wait. */
    boolean nextIsUntried() {
        return !tried.contains(turns.element());
    }

    /** How long it should wait otherwise. */
    Duration nextWait() {
        return backoff.next();
    }

    /** There is nothing to do: the next attempt need not wait long, and all have the whole time before them. */
    void rest() {
        backoff.reset();
        beginTurn(Duration.ZERO, turns.size());
    }

    /** Something came of {@code endpoint}: the others are as good as untried. */
    void progressed(Endpoint endpoint) {
        restart();
        tried.add(endpoint);
        round.add(endpoint);
    }

    /** It starts afresh: all are untried. */
    void restart() {
        assert control.isCurrent();
        tried.clear();
        round.clear();
        backoff.reset();
    }

    /** Never comes back to {@code endpoint}. */
    void leave(Endpoint endpoint) {
        assert control.isCurrent();
        turns.removeIf(endpoint::equals);
    }

    private boolean isShared() {
        return !retryTimeout.isZero();
    }

    private void beginTurn(Duration from, int sharers) {
        if (isShared()) {
            turn = new Turn(from, share(from, sharers), sharers, outage.settledMessages());
            watch(turn);
        }
    }

    /** What each of so many endpoints may have of what is left after so much time without progress. */
    private Duration share(Duration withoutProgress, int endpoints) {
        Duration share = retryTimeout.minus(withoutProgress).dividedBy(endpoints);
        return share.compareTo(SHORTEST_SHARE) > 0 ? share : SHORTEST_SHARE;
    }

    private void watch(Turn watched) {
        assert control.isCurrent();
        if (!isShared() || !connected || !watched.equals(turn) || turns.size() == 1) {
            return;
        }
        Duration fresh = share(Duration.ZERO, turns.size());
        Duration left = watched.from.plus(watched.share).minus(outage.withoutProgress());
        if (outage.settledMessages() > watched.settled) {
            // Now the others are as good as untried.
            beginTurn(Duration.ZERO, turns.size());
        } else if (!left.isNegative() && !left.isZero()) {
            control.runLater(() -> watch(watched), left.compareTo(fresh) < 0 ? left : fresh);
        } else if (watched.sharers > 1) {
            outage.shareIsOver(watched.share);
        }
    }

    /**
     * How long to wait before the next attempt: anything between nothing and a bound that doubles each time, so that many
     * clients that lost the same server do not come back together.
     */
    static final class Backoff {
        private static final Duration FIRST = Duration.ofMillis(50);
        private static final Duration MOST = Duration.ofSeconds(5);

        private final RandomGenerator random;
        private Duration bound = FIRST;

        Backoff(RandomGenerator random) {
            this.random = random;
        }

        Duration next() {
            Duration wait = Duration.ofNanos(random.nextLong(bound.toNanos() + 1));
            bound = bound.compareTo(MOST.dividedBy(2)) > 0 ? MOST : bound.multipliedBy(2);
            return wait;
        }

        /** The last attempt came to something: start from the beginning. */
        void reset() {
            bound = FIRST;
        }
    }
}
