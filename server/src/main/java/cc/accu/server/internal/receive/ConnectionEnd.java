package cc.accu.server.internal.receive;

import cc.accu.internal.tls.CloseNotify;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection once its input has ended, all of it is settled, and its sender has heard what there is to hear.
 * Event-loop confined.
 */
public final class ConnectionEnd {
    /** A sender with nothing to read for this long, while the server stops, has nothing more under way to us. */
    private static final long QUIET_MILLIS = 20;

    /** How long a plain sender has to notice that we stop: more than a round trip. */
    private static final long GRACE_MILLIS = 300;

    /** More rounds of reading than any receive buffer lasts for: whatever comes later was sent after the stop. */
    private static final int MOST_ROUNDS = 32;

    private final Channel channel;
    private final ReadGate gate;
    private final LingeringClose closing;
    private final Runnable whenGone;
    private @Nullable AckWriter acks;
    private boolean inputEnded;
    private boolean lostInSink;
    private boolean stopping;
    private boolean gone;
    private int readRounds;
    private boolean isPlain;
    private boolean outputEnded;
    private long graceUntilNanos;

    /**
     * @param whenGone called once, when the channel is being closed and all of the connection is settled
     */
    public ConnectionEnd(Channel channel, ReadGate gate, Runnable whenGone) {
        this.channel = channel;
        this.gate = gate;
        this.whenGone = whenGone;
        this.closing = new LingeringClose(channel, gate::readOn, this::left);
    }

    /** The sender hears {@code answers} before it ends. */
    public void comesAfter(AckWriter answers) {
        acks = answers;
    }

    /** The sender has not asked for answers, and gets none. */
    public void isPlain() {
        isPlain = true;
    }

    /** Nothing more comes in. */
    public void inputEnded() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        inputEnded = true;
        gate.end();
        closeIfDone();
    }

    /** Whether nothing more comes in. */
    public boolean inputHasEnded() {
        return inputEnded;
    }

    /** Something of it will not be stored. */
    public void lostInSink() {
        lostInSink = true;
    }

    /** The channel has read what there was. */
    public void readComplete() {
        readRounds++;
    }

    /**
     * The server stops: nobody is held any more. A plain sender hears nothing but the end of our output, and what it sent
     * before it heard that is still on its way: it has some time to end, so that what it takes for delivered is stored.
     *
     * @param whenTaken called once what had arrived is taken, unless the input ends by itself
     */
    public void drain(Runnable whenTaken) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        stopping = true;
        closeIfDone();
        lookLater(readRounds, readRounds + MOST_ROUNDS, whenTaken);
    }

    private void lookLater(int roundsBefore, int lastRound, Runnable whenTaken) {
        channel.eventLoop()
                .schedule(() -> look(roundsBefore, lastRound, whenTaken), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(int roundsBefore, int lastRound, Runnable whenTaken) {
        if (inputEnded) {
            return;
        }
        boolean quiet = gate.isOpen() && readRounds == roundsBefore;
        if ((quiet && !hasGrace()) || gate.isStuck() || readRounds >= lastRound) {
            whenTaken.run();
        } else {
            lookLater(readRounds, lastRound, whenTaken);
        }
    }

    /** Whether its sender, who is not told what is stored, has still to notice that we stop. */
    private boolean hasGrace() {
        if (acks != null) {
            return false;
        }
        if (graceUntilNanos == 0) {
            graceUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        }
        if (isPlain && !outputEnded) {
            outputEnded = true;
            CloseNotify.endOutput(channel);
        }
        return graceUntilNanos - System.nanoTime() > 0;
    }

    /** Some of it is settled. */
    public void settled() {
        closeIfDone();
        tellIfGone();
    }

    /** To be called when something that it waits for has happened. */
    public void closeIfDone() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        boolean over = acks != null && acks.isOver();
        if (!inputEnded || !(over || gate.holdsNothing())) {
            return;
        }
        if (acks == null) {
            leavePlain();
        } else if (!acks.isSilent()) {
            closing.leaveSoon();
        } else if (hasPeerEnded()) {
            closing.leave();
        } else {
            closing.linger();
        }
    }

    /** An end in order tells a plain sender that all was taken: where that is not so it is held, and reset when we stop. */
    private void leavePlain() {
        if (!lostInSink || !channel.isActive()) {
            closing.leave();
        } else if (stopping) {
            closing.reset();
        }
    }

    private boolean hasPeerEnded() {
        return !channel.isActive() || ((DuplexChannel) channel).isInputShutdown();
    }

    private void left() {
        gone = true;
        tellIfGone();
    }

    private void tellIfGone() {
        if (gone && gate.holdsNothing()) {
            gone = false;
            whenGone.run();
        }
    }

    /** The end of a connection from our side. Event-loop confined. */
    private static final class LingeringClose {
        /** How long a sender may take to read our last words, and then to close. */
        private static final long PATIENCE_MILLIS = 1000;

        private final Channel channel;
        private final Runnable readOn;
        private final Runnable whenLeft;
        private boolean waiting;
        private boolean lingering;
        private boolean left;

        /**
         * @param readOn makes the channel read what comes, however it stopped
         * @param whenLeft called once, when the channel is being closed
         */
        LingeringClose(Channel channel, Runnable readOn, Runnable whenLeft) {
            this.channel = channel;
            this.readOn = readOn;
            this.whenLeft = whenLeft;
        }

        /** Closes now. */
        void leave() {
            assert channel.eventLoop().inEventLoop()
                    : "called from " + Thread.currentThread().getName();
            end(Channel::close);
        }

        private void end(Consumer<Channel> closing) {
            if (!left) {
                left = true;
                closing.accept(channel);
                whenLeft.run();
            }
        }

        /** Closes now, and lets the sender see that this is no end in order, where the transport can do that. */
        void reset() {
            end(Abort::reset);
        }

        /** Gives the sender some time to read our last words. */
        void leaveSoon() {
            if (!waiting) {
                waiting = true;
                leaveWithin(2 * PATIENCE_MILLIS);
            }
        }

        /**
         * Our last words are out: lets the sender read them and close first. Closing with its bytes unread would destroy them
         * on their way.
         */
        void linger() {
            if (!lingering && !left) {
                lingering = true;
                CloseNotify.endOutput(channel);
                readOn.run();
                leaveWithin(PATIENCE_MILLIS);
            }
        }

        private void leaveWithin(long millis) {
            channel.eventLoop().schedule(() -> end(Abort::close), millis, TimeUnit.MILLISECONDS);
        }
    }
}
