package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Shares the time that the {@link RetryDeadline} leaves among the endpoints, so that all are tried before it is over: a
 * round gives each its turn once, and each may have an equal part of what is left for those that come after it. Whoever
 * is silent for longer is left. One thread (accu-client-retry).
 */
final class TimeSharing {
    private final EndpointRing ring;
    private final RetryDeadline deadline;
    private final ControlThread control;
    private final Consumer<Duration> over;
    private final Set<Endpoint> round = new HashSet<>();
    private Turn turn = new Turn(Duration.ZERO, Duration.ZERO, 1, 0);
    private boolean connected;

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
     * @param over gets the share of an endpoint that is connected and has used it up, while others wait for theirs
     */
    TimeSharing(EndpointRing ring, RetryDeadline deadline, ControlThread control, Consumer<Duration> over) {
        this.ring = ring;
        this.deadline = deadline;
        this.control = control;
        this.over = over;
    }

    /** The turn of {@code endpoint} begins: a connection is to be made. */
    void begin(Endpoint endpoint) {
        connected = false;
        if (round.containsAll(ring.all())) {
            round.clear();
        }
        round.add(endpoint);
        long behind = ring.all().stream().filter(one -> !round.contains(one)).count();
        beginTurn(deadline.withoutProgress(), 1 + (int) behind);
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

    /** It is welcome, and there is nothing to send: all have the whole time before them. */
    void beginAfresh() {
        beginTurn(Duration.ZERO, ring.size());
    }

    /** Something came of {@code endpoint}: the others are as good as untried. */
    void progressed(Endpoint endpoint) {
        round.clear();
        round.add(endpoint);
    }

    /** It starts afresh: all are untried. */
    void restart() {
        round.clear();
    }

    /** A timeout, but no longer than what the one that is being tried may have. */
    Duration limit(Duration timeout) {
        boolean shares = !deadline.isNever() && turn.sharers > 1;
        return shares && turn.share.compareTo(timeout) < 0 ? turn.share : timeout;
    }

    private void beginTurn(Duration from, int sharers) {
        if (!deadline.isNever()) {
            turn = new Turn(from, deadline.share(from, sharers), sharers, deadline.settled());
            watch(turn);
        }
    }

    private void watch(Turn watched) {
        assert control.isCurrent();
        if (deadline.isNever() || !connected || !watched.equals(turn) || ring.size() == 1) {
            return;
        }
        Duration fresh = deadline.share(Duration.ZERO, ring.size());
        Duration left = watched.from.plus(watched.share).minus(deadline.withoutProgress());
        if (deadline.settled() > watched.settled) {
            // Now the others are as good as untried.
            beginAfresh();
        } else if (!left.isNegative() && !left.isZero()) {
            control.runLater(() -> watch(watched), left.compareTo(fresh) < 0 ? left : fresh);
        } else if (watched.sharers > 1) {
            over.accept(watched.share);
        }
    }
}
