package cc.accu.server.internal.tls;

import cc.accu.internal.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * In front of TLS: passes on whole records only, and holds the start of the next one itself, in a buffer of its own that is
 * accounted for. So TLS never holds a read buffer, which is shared by all connections of its loop; nor does it read on
 * while reading is paused. Event-loop confined.
 */
final class TlsRecords extends ChannelDuplexHandler {
    private static final int HEAD_BYTES = 5;
    private static final int LENGTH_AT = 3;

    /** The longest record of TLS 1.2, with its head: RFC 5246, section 6.2.3. */
    private static final int MOST_BYTES = HEAD_BYTES + (1 << 14) + 2048;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;

    private final IntConsumer holds;
    private final Runnable readIsOver;
    private final Consumer<String> offence;
    private @Nullable ByteBuf start;
    private @Nullable ChannelHandlerContext context;
    private int tasks;
    private boolean endWaits;
    private boolean established;
    private boolean over;

    /**
     * @param holds is told how many bytes are held, after each read
     * @param readIsOver called when all records of a read were passed on
     * @param offence is told once what the peer does that no sender needs; the connection is then to be closed
     */
    TlsRecords(IntConsumer holds, Runnable readIsOver, Consumer<String> offence) {
        this.holds = holds;
        this.readIsOver = readIsOver;
        this.offence = offence;
    }

    /** From now on a handshake in the clear is a second one: TLS 1.2's renegotiation, which costs us more than its sender. */
    void established() {
        established = true;
    }

    /** What comes from now on means nothing: the peer has said that it ends. */
    void over() {
        over = true;
        giveBack();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (start != null) {
                complete(ctx, start, in);
            }
            passWhole(ctx, in);
            keepStart(ctx, in);
        } finally {
            in.release();
        }
        readIsOver.run();
        holds.accept(start == null ? 0 : start.capacity());
    }

    private void complete(ChannelHandlerContext ctx, ByteBuf begun, ByteBuf in) {
        move(in, begun, HEAD_BYTES);
        if (begun.readableBytes() < HEAD_BYTES || !isRecord(begun, begun.readerIndex())) {
            return;
        }
        int length = length(begun, begun.readerIndex());
        move(in, begun, length);
        if (begun.readableBytes() == length) {
            start = null;
            ctx.fireChannelRead(begun);
        }
    }

    private static void move(ByteBuf in, ByteBuf begun, int length) {
        int missing = Math.max(0, length - begun.readableBytes());
        begun.writeBytes(in, Math.min(missing, in.readableBytes()));
    }

    private void passWhole(ChannelHandlerContext ctx, ByteBuf in) {
        int end = in.readerIndex();
        while (in.writerIndex() - end >= HEAD_BYTES && isRecord(in, end)) {
            int next = end + length(in, end);
            if (next > in.writerIndex()) {
                break;
            }
            end = next;
        }
        if (end > in.readerIndex()) {
            ctx.fireChannelRead(in.readRetainedSlice(end - in.readerIndex()));
        }
    }

    private static int length(ByteBuf bytes, int at) {
        return HEAD_BYTES + bytes.getUnsignedShort(at + LENGTH_AT);
    }

    /** Whether it may go on to TLS. */
    private boolean isRecord(ByteBuf bytes, int at) {
        if (over) {
            return false;
        }
        int type = bytes.getUnsignedByte(at);
        if (type < CHANGE_CIPHER_SPEC
                || type > APPLICATION_DATA
                || bytes.getUnsignedByte(at + 1) != 3
                || length(bytes, at) > MOST_BYTES) {
            offend("what it sends is no TLS any more");
        } else if (established && type == HANDSHAKE) {
            offend("it asks for another handshake on the same connection (renegotiation)");
        }
        return !over;
    }

    private void keepStart(ChannelHandlerContext ctx, ByteBuf in) {
        if (over || !in.isReadable()) {
            return;
        }
        ByteBuf begun = start;
        if (begun == null) {
            begun = ctx.alloc().buffer(in.readableBytes(), MOST_BYTES);
            start = begun;
        }
        begun.writeBytes(in);
    }

    /** TLS asks for more when what it got was no data; whether there is more is for the flow control to say. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    /** Whatever the peer makes TLS answer, it has to read it: our own words are few, and wait for each other. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!over && !ctx.channel().isWritable()) {
            offend("it makes TLS answer again and again, and does not read the answers");
        }
        ctx.fireChannelWritabilityChanged();
    }

    private void offend(String what) {
        over();
        offence.accept(what);
    }

    /**
     * Runs what takes long in a handshake on another thread. Meanwhile TLS deciphers nothing, so the end of the input has to
     * wait: what came before it is behind that work.
     */
    Executor elsewhere(Executor worker) {
        return task -> {
            ChannelHandlerContext ctx = Objects.requireNonNull(context, "not in a pipeline");
            tasks++;
            worker.execute(() -> {
                try {
                    if (ctx.channel().isOpen()) {
                        task.run(); // nobody needs it any more otherwise
                    }
                } finally {
                    EventLoops.execute(ctx.executor(), () -> taskIsDone(ctx));
                }
            });
        };
    }

    /** By now TLS has gone on with what it had, up to the next task, if there is one. */
    private void taskIsDone(ChannelHandlerContext ctx) {
        tasks--;
        if (tasks == 0 && endWaits) {
            endWaits = false;
            end(ctx);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
        } else if (tasks > 0) {
            endWaits = true;
        } else {
            end(ctx);
        }
    }

    private void end(ChannelHandlerContext ctx) {
        giveBack();
        ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        giveBack();
    }

    private void giveBack() {
        ByteBuf begun = start;
        if (begun != null) {
            start = null;
            begun.release();
            holds.accept(0);
        }
    }
}
