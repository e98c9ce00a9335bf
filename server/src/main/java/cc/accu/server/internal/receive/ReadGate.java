package cc.accu.server.internal.receive;

import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.ReadBuffers;
import cc.accu.server.internal.deliver.ReadShare;
import io.netty.channel.Channel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a connection is read, and how much: not while too much of it, or of all connections, waits for the
 * sinks, and no more once a sink has failed. Event-loop confined, but for what says otherwise; what connections share is in
 * the {@link ReadBudget}.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>OPEN, TURN</td><td>PAUSED</td><td>more than the window is with the sinks, or the handshake holds a small read, or
 *     it comes too fast, or nothing can be stored any more</td></tr>
 * <tr><td>PAUSED</td><td>OPEN</td><td>none of that any more, and half of the window is back</td></tr>
 * <tr><td>OPEN</td><td>WAITING</td><td>the budget is spent, and this one holds more than a small read of it</td></tr>
 * <tr><td>OPEN, TURN</td><td>WAITING</td><td>there was no memory to read into</td></tr>
 * <tr><td>WAITING</td><td>OPEN</td><td>the budget has room again, or this one holds less than a small read, or it is time to
 *     look for memory again</td></tr>
 * <tr><td>WAITING</td><td>TURN</td><td>unfinished lines have spent the budget, and it is this one's turn</td></tr>
 * <tr><td>TURN</td><td>OPEN</td><td>a line is out, or next to nothing came for a second, or the input has ended</td></tr>
 * </table>
 */
public final class ReadGate implements ReadBuffers.Room, ReadBudget.Waiter {
    /** A sender with the turn to finish its line, from whom next to nothing comes for so long, loses it. */
    private static final long QUIET_TURN_MILLIS = 1000;

    /** Long lines grow by doubling, from here, when there is little room. */
    private static final int TIGHT_READ_BYTES = 8 * 1024;

    private static final int MOST_TIGHT_READ_BYTES = 64 * 1024;
    /** So that others of the same loop do not wait long for one sender. */
    private static final int MOST_TLS_READ_BYTES = 64 * 1024;

    private static final long NO_MEMORY_MILLIS = 100;

    private final Channel channel;
    private final LineInput input;
    private final ReadBudget budget;
    private final ReadShare share;
    private final ConnectionLog log;
    private long heldBytes;
    private int unfinishedBytes;
    private State state = State.OPEN;
    private boolean greeting;
    private boolean identifying;
    private int handshakeBytes;
    private boolean tls;
    private int tlsBytes;
    private boolean ended;

    /** Whether the sender has ended while it was not read: epoll then forgets its socket, which is to be registered anew. */
    private boolean forgotten;

    /** Of the turn. */
    private int unfinishedBefore;

    private boolean hadTurn;
    private int overdraftBytes;

    /** Held back for its rate. */
    private boolean heldBack;

    private int heldBackBytes;
    private volatile @Nullable Hold hold;
    private Pace pace = most -> most;

    /** How fast a connection may be read. Event-loop confined. */
    interface Pace {
        /** How much the next read may bring, {@code most} at most; 0 when it has just been held back. */
        int bytesToRead(int most);
    }

    /** Whether it is read, and what it waits for if it is not. */
    private enum State {
        OPEN,
        /** For reasons of its own. */
        PAUSED,
        /** For what others hold. */
        WAITING,
        /** Reading until a line is out, though the budget is spent. */
        TURN
    }

    public ReadGate(Channel channel, LineInput input, ReadBudget budget, ReadShare share, ConnectionLog log) {
        this.channel = channel;
        this.input = input;
        this.budget = budget;
        this.share = share;
        this.log = log;
    }

    /** What it decides about. */
    public LineInput input() {
        return input;
    }

    /** Until it is known who is there, no more is read than a small read brings. */
    public void setIdentifying(boolean expected) {
        identifying = expected;
    }

    /** The handshake holds so many bytes, which it passes on later. */
    public void handshakeHolds(int bytes) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        handshakeBytes = bytes;
        account();
        decide();
    }

    /** What is read has to be deciphered, which takes its time. */
    public void setTls() {
        tls = true;
    }

    /** TLS holds so many bytes, which it can decipher once more of them are there. */
    public void tlsHolds(int bytes) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        tlsBytes = bytes;
        account();
    }

    /** From now on no read brings more than {@code limit} says. */
    void setPace(Pace limit) {
        pace = limit;
    }

    /**
     * Whether it has to wait, as it came too fast.
     *
     * @param bytes what is held meanwhile of what had been read
     */
    void heldBack(boolean waits, int bytes) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        heldBack = waits;
        heldBackBytes = bytes;
        account();
        decide();
    }

    private boolean handshakeIsFull() {
        return handshakeBytes >= ReadBudget.SMALL_READ_BYTES;
    }

    /** Until its sender has said who it is, it is read even when nothing can be stored any more. */
    public void setGreeting(boolean expected) {
        greeting = expected;
    }

    /** Whether nothing of it is with the sinks. */
    public boolean holdsNothing() {
        return heldBytes == 0;
    }

    /** That it is not read; empty while it is. Any thread. */
    public Optional<Hold> hold() {
        return Optional.ofNullable(hold);
    }

    private void stopReading(Hold.Reason reason) {
        channel.config().setAutoRead(false);
        letGo();
        hold = new Hold(reason, System.nanoTime());
    }

    private void letGo() {
        Hold over = hold;
        if (over != null) {
            hold = null;
            budget.isOver(over);
        }
    }

    /** Whether it is read. */
    public boolean isOpen() {
        return channel.config().isAutoRead();
    }

    /**
     * Whether it will not be read for a long time: it waits for the end of its handshake, or for room that others take with
     * lines which they do not finish, or nothing can be stored any more.
     */
    public boolean isStuck() {
        return budget.isClosed() || handshakeIsFull() || (state == State.WAITING && budget.isSpentByUnfinishedLines());
    }

    /** When its sender was last heard, if it has a long unfinished line; else {@link Long#MAX_VALUE}. Any thread. */
    public long silentSinceMillis() {
        return unfinishedBytes > ReadBudget.SMALL_READ_BYTES && !ended && !heldBack
                ? input.lastReadMillis()
                : Long.MAX_VALUE;
    }

    @Override
    public int bytesToRead(int mostAtOnce) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        if (ended) {
            return Math.min(mostAtOnce, MOST_TIGHT_READ_BYTES); // what comes now is dropped
        }
        if (!isOpen()) {
            forgotten = true;
            return 0;
        }
        if (identifying) {
            return Math.min(mostAtOnce, Math.max(1, ReadBudget.SMALL_READ_BYTES - handshakeBytes));
        }
        int fair = share.bytesToRead(mostAtOnce);
        int most = pace.bytesToRead(tls ? Math.min(fair, MOST_TLS_READ_BYTES) : fair);
        if (most == 0) {
            return 0;
        }
        account(); // for what the read before brought, in the same turn of the loop
        int bytes = budget.readBytes(most);
        if (state == State.TURN) {
            bytes = Math.max(bytes, MOST_TIGHT_READ_BYTES);
        } else if (bytes == 0) {
            bytes = ReadBudget.SMALL_READ_BYTES
                    - (int) Math.min(heldBytes + unfinishedLineBytes(), ReadBudget.SMALL_READ_BYTES);
        }
        if (bytes == 0) {
            awaitBudget();
        } else if (bytes < most && unfinishedLineBytes() > ReadBudget.SMALL_READ_BYTES) {
            bytes = Math.min(bytes, Math.min(Math.max(unfinishedLineBytes(), TIGHT_READ_BYTES), MOST_TIGHT_READ_BYTES));
            input.makeRoom(bytes);
            account();
        }
        return bytes;
    }

    @Override
    public boolean isOnce() {
        return share.isOnce() && !ended;
    }

    @Override
    public void outOfMemory(OutOfMemoryError failure) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        log.paused(failure, NO_MEMORY_MILLIS);
        endTurn(false);
        state = State.WAITING;
        stopReading(Hold.Reason.MEMORY);
        channel.eventLoop().schedule(this::goOnIfWaiting, NO_MEMORY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void goOnIfWaiting() {
        if (state == State.WAITING) {
            goOn(false);
        }
    }

    /** So much more is with the sinks. */
    public void took(int bytes) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        heldBytes += bytes;
        budget.take(bytes);
        endTurn(true);
    }

    /** So much is out of the sinks' hands. */
    public void gave(int bytes) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        heldBytes -= bytes;
        budget.give(bytes);
        if (state == State.WAITING && !holdsMuch()) {
            budget.leave(this);
            goOn(false); // to its next small read, whoever else waits
        }
    }

    /** Accounts for the line that is not finished: bytes came in. */
    public void account() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        int now = input.heldBytes() + handshakeBytes + tlsBytes + heldBackBytes;
        int more = now - unfinishedBytes;
        if (more == 0) {
            return;
        }
        unfinishedBytes = now;
        if (more < 0) {
            giveOverdraftBack();
        }
        budget.addUnfinished(more);
    }

    private void giveOverdraftBack() {
        if (overdraftBytes > 0) {
            budget.addOverdraft(-overdraftBytes);
            overdraftBytes = 0;
        }
    }

    /**
     * The input has ended. It stays as it is: epoll has forgotten a socket without interests, and reading it would be an
     * error.
     */
    public void end() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        ended = true;
        letGo();
        budget.leave(this);
        account();
        giveOverdraftBack();
        endTurn(false);
    }

    /** Stops reading over the limits, goes on at half of them. */
    public void decide() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        if (ended || state == State.WAITING) {
            return;
        }
        boolean failed = budget.isClosed() && !greeting && !identifying;
        if (state != State.PAUSED) {
            if (failed || heldBack || handshakeIsFull() || heldBytes > budget.windowBytes()) {
                endTurn(false);
                state = State.PAUSED;
                stopReading(failed ? Hold.Reason.SINK_FAILED : ownReason());
            } else if (state == State.OPEN && holdsMuch() && budget.isSpent()) {
                awaitBudget();
            }
        } else if (!failed && !heldBack && !handshakeIsFull() && heldBytes <= budget.windowBytes() / 2) {
            state = State.OPEN;
            readOn();
        }
    }

    private Hold.Reason ownReason() {
        if (heldBack) {
            return Hold.Reason.RATE;
        }
        return handshakeIsFull() ? Hold.Reason.HANDSHAKE : Hold.Reason.WINDOW;
    }

    /** Reads from now on, until that is decided otherwise. */
    public void readOn() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        letGo();
        if (!forgotten) {
            channel.config().setAutoRead(true);
            return;
        }
        forgotten = false;
        channel.deregister().addListener(done -> {
            if (ended || state == State.OPEN || state == State.TURN) {
                channel.config().setAutoRead(true);
            }
            channel.eventLoop().register(channel);
        });
    }

    private boolean holdsMuch() {
        return heldBytes + unfinishedLineBytes() >= ReadBudget.SMALL_READ_BYTES;
    }

    /**
     * Without the piece of a record: short lines come in long records, of which nothing can be deciphered before the whole
     * is there.
     */
    private int unfinishedLineBytes() {
        return unfinishedBytes - tlsBytes;
    }

    private void awaitBudget() {
        state = State.WAITING;
        stopReading(Hold.Reason.MEMORY);
        boolean again = hadTurn;
        hadTurn = false;
        budget.await(this, again);
    }

    @Override
    public void resume(boolean turn) {
        EventLoops.execute(channel.eventLoop(), () -> goOn(turn));
    }

    private void goOn(boolean turn) {
        if (ended || !channel.isOpen() || state != State.WAITING) {
            if (turn) {
                budget.endTurn(false);
            }
            return;
        }
        state = turn ? State.TURN : State.OPEN;
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
        state = State.OPEN;
        hadTurn = !helped;
        int grown = unfinishedBytes - unfinishedBefore;
        if (!helped && grown > 0 && !ended) {
            overdraftBytes += grown;
            budget.addOverdraft(grown);
        }
        budget.endTurn(helped);
    }
}
