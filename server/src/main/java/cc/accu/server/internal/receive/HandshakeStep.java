package cc.accu.server.internal.receive;

import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A step in finding out who has connected. It is in the pipeline, in front of the framing, until it completes, and holds
 * what arrives meanwhile; then the next step gets that, or the framing. When the input ends before, however it does, the
 * step completes with what is known, unless it says otherwise: nothing that has arrived is lost. Or it turns the sender
 * away. For one connection; event-loop confined.
 */
public abstract class HandshakeStep extends ChannelInboundHandlerAdapter {
    /** What arrives beyond that is not read before it is known who is there. */
    public static final int MOST_HELD_BYTES = ReadBudget.SMALL_READ_BYTES;

    private Origin origin = Origin.of("", "");
    private @Nullable Progress progress;
    private @Nullable ChannelHandlerContext context;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private boolean complete;
    private boolean refused;

    /** Who is told how the step gets on. */
    public interface Progress {
        /** The step holds so many bytes. Called after each read. */
        void holds(int bytes);

        /** The step is complete. Called once, before what it holds is passed on to whoever is behind it then. */
        void completed(HandshakeStep step, Origin known);

        /** The sender is turned away, and what it has sent is dropped. Called once. */
        void refused(Origin known, Refused reason, String why);

        /** The step waits for no more than the sender's first byte, which may take as long as it likes. */
        void mayStaySilent();
    }

    /** To be called before the step is added to a pipeline; {@code soFar} is what is known before it. */
    public final void begin(Origin soFar, Progress told) {
        this.origin = soFar;
        this.progress = told;
    }

    /**
     * Looks at what has arrived, and calls {@link #complete} once it is known who is there. Called when the step begins,
     * with nothing, and after each read.
     *
     * @param soFar what is known before this step
     * @param arrived all bytes that are held; those that are read are not passed on
     */
    protected abstract void look(Origin soFar, ByteBuf arrived);

    /** It is known who is there. The step leaves; does nothing the second time. */
    protected final void complete(Origin known) {
        ChannelHandlerContext ctx = context();
        assert ctx.executor().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        if (complete) {
            return;
        }
        complete = true;
        told().completed(this, known);
        ctx.pipeline().remove(this);
        ByteBuf rest = held;
        held = Unpooled.EMPTY_BUFFER;
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        } else {
            rest.release();
        }
    }

    /**
     * The input has ended, or its time is over, before it was known who is there: completes or refuses.
     *
     * @param soFar what is known before this step
     */
    protected void ended(Origin soFar, End how) {
        complete(soFar);
    }

    /**
     * Turns the sender away, as nobody who may send. Does nothing once the step is complete.
     *
     * @param why in a sentence, with what to do
     */
    protected final void refuse(Refused reason, String why) {
        if (complete) {
            return;
        }
        complete = true;
        refused = true;
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        told().refused(origin, reason, why);
    }

    /**
     * Turns the sender away because the connection ended, or took too long.
     *
     * @param what it did not finish, as in "the TLS handshake"
     */
    protected final void refuse(End how, String what) {
        switch (how) {
            case TIMEOUT -> refuse(Refused.HANDSHAKE_TIMEOUT, "it did not finish " + what + " in time");
            case SHUTDOWN -> refuse(Refused.SHUTTING_DOWN, "the server is stopping");
            case EOF, RESET -> refuse(Refused.LEFT, "it left before " + what + " was over");
        }
    }

    /** It is known who is there, but not yet whether they will send anything: until they do, the handshake's time stands still. */
    protected final void mayStaySilent() {
        told().mayStaySilent();
    }

    /** Where the step has its place in the pipeline. */
    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not in a pipeline");
    }

    private void end(End how) {
        if (!complete) {
            ended(origin, how);
        }
    }

    private Progress told() {
        return Objects.requireNonNull(progress, "not begun");
    }

    @Override
    public final void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        look(origin, held);
    }

    /** Copies what was read: a read buffer is shared by all connections of its loop. */
    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (complete || !in.isReadable()) {
            in.release();
            return;
        }
        try {
            if (held.capacity() == 0) {
                held = ctx.alloc().buffer(in.readableBytes());
            }
            held.writeBytes(in);
        } finally {
            in.release();
        }
        told().holds(held.readableBytes());
        look(origin, held);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof End how) {
            end(how);
        } else if (event instanceof ChannelInputShutdownEvent) {
            end(End.EOF);
        }
        if (!refused) {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        end(End.RESET);
        ctx.fireChannelInactive();
    }
}
