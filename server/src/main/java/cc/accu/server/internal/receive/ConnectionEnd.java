package cc.accu.server.internal.receive;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection once its input has ended, all of it is settled, and its sender has heard what there is to hear.
 * Event-loop confined.
 */
public final class ConnectionEnd {
    private final Channel channel;
    private final ReadGate gate;
    private final LingeringClose closing;
    private final Runnable whenGone;
    private @Nullable AckWriter acks;
    private boolean inputEnded;
    private boolean lostInSink;
    private boolean stopping;
    private boolean gone;

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

    /** Nothing more comes in. */
    public void inputEnded() {
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

    /** The server stops: nobody is held any more. */
    public void stopping() {
        stopping = true;
        closeIfDone();
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
}
