package cc.accu.server;

import cc.accu.line.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An open connection and what became of its messages so far.
 *
 * @param origin where it comes from
 * @param since when it was accepted
 * @param books its own, a part of the server's
 * @param bytes of the lines that it has sent, with their terminators
 * @param acknowledged whether its sender asked to be told what is stored; the lines in flight are then those not acknowledged
 * @param held that it is not read for now; empty while it is
 */
public record ConnectionState(
        Origin origin, Instant since, Books books, long bytes, boolean acknowledged, Optional<Held> held) {

    /**
     * That a connection is not read, so that its sender has to wait.
     *
     * @param reason {@code window}, as much of it as may be is with the sinks; {@code memory}, that for the lines of all
     *     connections is spent; {@code rate}, it sends faster than it may; {@code handshake}; or {@code sink-failed}
     * @param duration for how long, so far
     */
    public record Held(String reason, Duration duration) {}
}
