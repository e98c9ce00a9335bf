package cc.accu.server;

import cc.accu.line.LineInput;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether a connection is read: not while too much of it, or of all connections, waits for the sinks, and no
 * more once a sink has failed. Event-loop confined.
 */
final class ReadGate {
    /** A sender with the turn to finish its line, from whom nothing comes for so long, loses it. */
    private static final long QUIET_TURN_MILLIS = 100;

    private final Channel channel;
    private final LineInput input;
    private final Intake intake;
    private long heldBytes;
    private int unfinishedBytes;
    private boolean waiting;
    private boolean turn;
    private boolean quiet;
    private boolean ended;

    ReadGate(Channel channel, LineInput input, Intake intake) {
        this.channel = channel;
        this.input = input;
        this.intake = intake;
    }

    boolean holdsNothing() {
        return heldBytes == 0;
    }

    boolean isOpen() {
        return channel.config().isAutoRead();
    }

    /** So much more is with the sinks. */
    void took(int bytes) {
        heldBytes += bytes;
        intake.budget().take(bytes);
        endTurn();
    }

    /** So much is out of the sinks' hands. */
    void gave(int bytes) {
        heldBytes -= bytes;
        intake.budget().give(bytes);
    }

    /** Bytes came in: accounts for the line that is not finished. */
    void wasRead() {
        quiet = false;
        int now = input.unfinishedBytes();
        if (now != unfinishedBytes) {
            intake.budget().addUnfinished(now - unfinishedBytes);
            unfinishedBytes = now;
        }
    }

    /**
     * The input has ended. It stays as it is: epoll has forgotten a socket without interests, and reading it would be an
     * error.
     */
    void end() {
        ended = true;
        wasRead();
        endTurn();
    }

    /** Stops reading over the limits, goes on at half of them. */
    void decide() {
        if (ended) {
            return;
        }
        boolean failed = intake.sinkHasFailed();
        if (isOpen()) {
            if (failed || heldBytes > intake.windowBytes()) {
                channel.config().setAutoRead(false);
            } else if (!turn && intake.budget().isSpent()) {
                channel.config().setAutoRead(false);
                awaitBudget();
            }
        } else if (!waiting && !failed && heldBytes <= intake.windowBytes() / 2) {
            channel.config().setAutoRead(true);
        }
    }

    private void awaitBudget() {
        waiting = true;
        intake.budget().await(mine -> channel.eventLoop().execute(() -> resume(mine)));
    }

    private void resume(boolean mine) {
        waiting = false;
        turn = mine;
        if (ended) {
            endTurn();
        } else if (turn) {
            watchTurn();
        }
        decide();
    }

    private void watchTurn() {
        quiet = true;
        channel.eventLoop().schedule(this::checkTurn, QUIET_TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void checkTurn() {
        if (turn && quiet) {
            turn = false;
            decide(); // to the end of the queue, before the turn goes to its head
            intake.budget().endTurn();
        } else if (turn) {
            watchTurn();
        }
    }

    private void endTurn() {
        if (turn) {
            turn = false;
            intake.budget().endTurn();
        }
    }
}
