package cc.accu.server.internal.receive;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;

/** An end of a connection that its sender cannot take for one in order, which would tell a plain sender that all was taken. */
public final class Abort {
    private Abort() {}

    /** Resets the connection, where the transport can do that: nothing more is said on it, by TLS neither. Event loop. */
    public static void reset(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException gone) {
            // There is nobody left to be reset; it is closed all the same.
        }
        close(channel);
    }

    /** Closes the connection, without a word of TLS. Event loop. */
    public static void close(Channel channel) {
        channel.unsafe().close(channel.voidPromise());
    }
}
