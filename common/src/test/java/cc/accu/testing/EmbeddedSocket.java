package cc.accu.testing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** A connection without a network, of which each side may end its output. Its clock stands still until it is moved. */
public final class EmbeddedSocket extends EmbeddedChannel implements DuplexChannel {
    private boolean inputShutdown;
    private boolean outputShutdown;

    public EmbeddedSocket() {
        freezeTime();
    }

    /** The other side has sent these bytes. */
    public void receives(byte[] bytes, int from, int to) {
        // A copy of the allocator's, as every read gives one.
        writeInbound(alloc().buffer(to - from).writeBytes(bytes, from, to - from));
    }

    /** The other side has ended its output. */
    public void receivesEnd() {
        inputShutdown = true;
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        runPendingTasks();
    }

    /** What was written since the last call. */
    public String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf written = readOutbound(); written != null; written = readOutbound()) {
            text.append(written.toString(StandardCharsets.ISO_8859_1));
            written.release();
        }
        return text.toString();
    }

    /** As a socket does: says how far it is. */
    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        for (Object next = in.current(); next != null; next = in.current()) {
            in.progress(((ByteBuf) next).readableBytes());
            outboundMessages().add(ReferenceCountUtil.retain(next));
            in.remove();
        }
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputShutdown = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        outputShutdown = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }
}
