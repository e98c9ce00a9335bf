package cc.accu.server.internal.receive;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/** The end of a connection from our side. Event-loop confined. */
final class LingeringClose {
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
        if (!left) {
            left = true;
            channel.close();
            whenLeft.run();
        }
    }

    /** Closes now, and lets the sender see that this is no end in order, where the transport can do that. */
    void reset() {
        if (!left) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        leave();
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
            ((DuplexChannel) channel).shutdownOutput();
            readOn.run();
            leaveWithin(PATIENCE_MILLIS);
        }
    }

    private void leaveWithin(long millis) {
        channel.eventLoop().schedule(this::leave, millis, TimeUnit.MILLISECONDS);
    }
}
