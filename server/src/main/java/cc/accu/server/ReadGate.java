package cc.accu.server;

import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.ReadRoom;
import cc.accu.internal.transport.Reason;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a connection is read, and how much: not while too much of it, or of all connections, waits for the
 * sinks, and no more once a sink has failed. Event-loop confined, but for {@link #silentSinceMillis}.
 */
final class ReadGate implements ReadRoom, ReadBudget.Waiter {
    private static final Logger LOG = LoggerFactory.getLogger(ReadGate.class);

    /** A sender with the turn to finish its line, from whom next to nothing comes for so long, loses it. */
    private static final long QUIET_TURN_MILLIS = 1000;

    /** Long lines grow by doubling, from here, when there is little room. */
    private static final int TIGHT_READ_BYTES = 8 * 1024;

    private static final int MOST_TIGHT_READ_BYTES = 64 * 1024;
    private static final long NO_MEMORY_MILLIS = 100;

    private final Channel channel;
    private final LineInput input;
    private final Intake intake;
    private long heldBytes;
    private int unfinishedBytes;
    private State state = State.READING;
    private boolean greeting;
    private boolean ended;

    /** Whether the sender has ended while it was not read: epoll then forgets its socket, which is to be registered anew. */
    private boolean forgotten;

    /** Of the turn. */
    private int unfinishedBefore;

    private boolean hadTurn;
    private int overdraftBytes;

    /** Whether it is read, and what it waits for if it is not. */
    private enum State {
        READING,
        /** Reading until a line is out, though the budget is spent. */
        TURN,
        /** Too much of it is with the sinks, or one of them has failed. */
        PAUSED,
        /** The budget is spent. */
        WAITING
    }

    ReadGate(Channel channel, LineInput input, Intake intake) {
        this.channel = channel;
        this.input = input;
        this.intake = intake;
    }

    /** Until its sender has said who it is, it is read even when nothing can be stored any more. */
    void setGreeting(boolean expected) {
        greeting = expected;
    }

    boolean holdsNothing() {
        return heldBytes == 0;
    }

    boolean isOpen() {
        return channel.config().isAutoRead();
    }

    /** Whether it waits for room that other senders take with lines which they do not finish. */
    boolean isStuck() {
        return state == State.WAITING && intake.budget().isSpentByUnfinishedLines();
    }

    /** When its sender was last heard, if it has a long unfinished line; else {@link Long#MAX_VALUE}. Any thread. */
    long silentSinceMillis() {
        return unfinishedBytes > ReadBudget.SMALL_READ_BYTES && !ended ? input.lastReadMillis() : Long.MAX_VALUE;
    }

    @Override
    public int bytesToRead(int most) {
        if (ended) {
            return Math.min(most, MOST_TIGHT_READ_BYTES); // what comes now is dropped
        }
        if (!isOpen()) {
            forgotten = true;
            return 0;
        }
        account(); // for what the read before brought, in the same turn of the loop
        int bytes = intake.budget().readBytes(most);
        if (state == State.TURN) {
            bytes = Math.max(bytes, MOST_TIGHT_READ_BYTES);
        } else if (bytes == 0) {
            bytes = ReadBudget.SMALL_READ_BYTES
                    - (int) Math.min(heldBytes + unfinishedBytes, ReadBudget.SMALL_READ_BYTES);
        }
        if (bytes == 0) {
            awaitBudget();
        } else if (bytes < most && unfinishedBytes > ReadBudget.SMALL_READ_BYTES) {
            bytes = Math.min(bytes, Math.min(Math.max(unfinishedBytes, TIGHT_READ_BYTES), MOST_TIGHT_READ_BYTES));
            input.makeRoom(bytes);
            account();
        }
        return bytes;
    }

    @Override
    public void outOfMemory(OutOfMemoryError failure) {
        intake.shortages()
                .happened(times -> LOG.warn(
                        "no memory to read into ({}); reading pauses for {} ms ({} such since the last report)",
                        Reason.describe(failure),
                        NO_MEMORY_MILLIS,
                        times));
        endTurn(false);
        state = State.WAITING;
        channel.config().setAutoRead(false);
        channel.eventLoop().schedule(this::goOnIfWaiting, NO_MEMORY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void goOnIfWaiting() {
        if (state == State.WAITING) {
            goOn(false);
        }
    }

    /** So much more is with the sinks. */
    void took(int bytes) {
        heldBytes += bytes;
        intake.budget().take(bytes);
        endTurn(true);
    }

    /** So much is out of the sinks' hands. */
    void gave(int bytes) {
        heldBytes -= bytes;
        intake.budget().give(bytes);
        if (state == State.WAITING && !holdsMuch()) {
            intake.budget().leave(this);
            goOn(false); // to its next small read, whoever else waits
        }
    }

    /** Accounts for the line that is not finished: bytes came in. */
    void account() {
        int now = input.heldBytes();
        int more = now - unfinishedBytes;
        if (more == 0) {
            return;
        }
        unfinishedBytes = now;
        if (more < 0) {
            giveOverdraftBack();
        }
        intake.budget().addUnfinished(more);
    }

    private void giveOverdraftBack() {
        if (overdraftBytes > 0) {
            intake.budget().addOverdraft(-overdraftBytes);
            overdraftBytes = 0;
        }
    }

    /**
     * The input has ended. It stays as it is: epoll has forgotten a socket without interests, and reading it would be an
     * error.
     */
    void end() {
        ended = true;
        intake.budget().leave(this);
        account();
        giveOverdraftBack();
        endTurn(false);
    }

    /** Stops reading over the limits, goes on at half of them. */
    void decide() {
        if (ended || state == State.WAITING) {
            return;
        }
        boolean failed = intake.sinkHasFailed() && !greeting;
        if (state != State.PAUSED) {
            if (failed || heldBytes > intake.windowBytes()) {
                endTurn(false);
                state = State.PAUSED;
                channel.config().setAutoRead(false);
            } else if (state == State.READING && holdsMuch() && intake.budget().isSpent()) {
                awaitBudget();
            }
        } else if (!failed && heldBytes <= intake.windowBytes() / 2) {
            state = State.READING;
            readOn();
        }
    }

    /** Reads from now on, until that is decided otherwise. */
    void readOn() {
        if (!forgotten) {
            channel.config().setAutoRead(true);
            return;
        }
        forgotten = false;
        channel.deregister().addListener(done -> {
            if (ended || state == State.READING || state == State.TURN) {
                channel.config().setAutoRead(true);
            }
            channel.eventLoop().register(channel);
        });
    }

    private boolean holdsMuch() {
        return heldBytes + unfinishedBytes >= ReadBudget.SMALL_READ_BYTES;
    }

    private void awaitBudget() {
        state = State.WAITING;
        channel.config().setAutoRead(false);
        boolean again = hadTurn;
        hadTurn = false;
        intake.budget().await(this, again);
    }

    @Override
    public void resume(boolean turn) {
        channel.eventLoop().execute(() -> goOn(turn));
    }

    private void goOn(boolean turn) {
        if (ended || !channel.isOpen()) {
            if (turn) {
                intake.budget().endTurn(false);
            }
            return;
        }
        state = turn ? State.TURN : State.READING;
        if (turn) {
            unfinishedBefore = unfinishedBytes;
            watchTurn();
        }
        readOn();
        decide();
    }

    private void watchTurn() {
        int before = unfinishedBytes;
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (state != State.TURN) {
                                return;
                            }
                            if (unfinishedBytes - before < ReadBudget.SMALL_READ_BYTES) {
                                endTurn(false);
                                decide();
                            } else {
                                watchTurn();
                            }
                        },
                        QUIET_TURN_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void endTurn(boolean helped) {
        if (state != State.TURN) {
            return;
        }
        state = State.READING;
        hadTurn = !helped;
        int grown = unfinishedBytes - unfinishedBefore;
        if (!helped && grown > 0 && !ended) {
            overdraftBytes += grown;
            intake.budget().addOverdraft(grown);
        }
        intake.budget().endTurn(helped);
    }
}
