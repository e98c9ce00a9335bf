package cc.accu.server.internal.receive;

import cc.accu.internal.framing.LineCounter;
import cc.accu.line.End;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a connection to its rates, in front of the framing: reading pauses, nothing is dropped. A read brings no more bytes
 * than may come. How many lines are in it shows only then: those that may not come yet are held here, and passed on in their
 * time, at the latest when the input ends: those of one read. Event-loop confined.
 */
public final class Throttle extends ChannelInboundHandlerAdapter implements ReadGate.Pace {
    private static final long SHORTEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ReadGate gate;
    private final List<TokenBucket> lines;
    private final List<TokenBucket> bytes;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private boolean lifted;
    private boolean endWaits;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> next;

    /**
     * @param rates all of which hold; one that is shared with other connections is the last
     */
    public Throttle(ReadGate gate, List<SendRate> rates) {
        this.gate = gate;
        this.lines =
                rates.stream().map(SendRate::lines).flatMap(Optional::stream).toList();
        this.bytes =
                rates.stream().map(SendRate::bytes).flatMap(Optional::stream).toList();
    }

    /** What it holds counts for the gate, and the gate asks it before each read. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        gate.setPace(this);
    }

    @Override
    public int bytesToRead(int most) {
        if (lifted) {
            return most;
        }
        if (!mayComeNow()) {
            hold();
            return 0;
        }
        // With no more bytes than lines, all of them may come.
        long allowed = lines.isEmpty() ? most : Math.max(ReadBudget.SMALL_READ_BYTES, available(lines));
        return (int) Math.min(most, bytes.isEmpty() ? allowed : Math.min(allowed, available(bytes)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        bytes.forEach(bucket -> bucket.take(in.readableBytes()));
        if (held.isReadable()) {
            held.writeBytes(in);
            in.release();
        } else {
            pass(ctx, in);
        }
        if (!lifted && (held.isReadable() || !mayComeNow())) {
            hold();
        }
    }

    /** Takes ownership of {@code in}, passes on what may come, and keeps the rest. */
    private void pass(ChannelHandlerContext ctx, ByteBuf in) {
        int coming = lines.isEmpty() ? 0 : LineCounter.count(in.nioBuffer());
        int passing = lifted ? takeAll(coming) : takeUpTo(coming);
        if (passing < coming) {
            int end = endOf(passing, in);
            held = ctx.alloc().buffer(in.writerIndex() - end).writeBytes(in, end, in.writerIndex() - end);
            in.writerIndex(end);
        }
        if (in.isReadable()) {
            ctx.fireChannelRead(in);
        } else {
            in.release();
        }
    }

    private int takeAll(int count) {
        lines.forEach(bucket -> bucket.take(count));
        return count;
    }

    /** From the last on, which others share: what is left of that is there in those before. */
    private int takeUpTo(int most) {
        long taken = lines.isEmpty() ? most : Math.min(most, Math.max(0, available(lines)));
        for (int i = lines.size() - 1; i >= 0; i--) {
            taken = lines.get(i).takeUpTo(taken);
        }
        return (int) taken;
    }

    private static int endOf(int lines, ByteBuf in) {
        int end = in.readerIndex();
        for (int i = 0; i < lines; i++) {
            end = in.indexOf(end, in.writerIndex(), (byte) '\n') + 1;
        }
        return end;
    }

    private static long available(List<TokenBucket> buckets) {
        long least = Long.MAX_VALUE;
        for (TokenBucket bucket : buckets) {
            least = Math.min(least, bucket.available());
        }
        return least;
    }

    private boolean mayComeNow() {
        return all().allMatch(TokenBucket::isWorthWhile);
    }

    private Stream<TokenBucket> all() {
        return Stream.concat(lines.stream(), bytes.stream());
    }

    private void hold() {
        gate.heldBack(true, held.capacity());
        ChannelHandlerContext ctx = context;
        if (next == null && ctx != null) {
            long nanos =
                    all().mapToLong(TokenBucket::nanosUntilWorthWhile).max().orElse(0);
            next = ctx.executor().schedule(() -> goOn(ctx), Math.max(nanos, SHORTEST_WAIT_NANOS), TimeUnit.NANOSECONDS);
        }
    }

    private void goOn(ChannelHandlerContext ctx) {
        next = null;
        if (mayComeNow()) {
            passHeld(ctx);
        }
        if (endWaits && !held.isReadable()) {
            gate.heldBack(true, 0);
            letGo(ctx);
            return;
        }
        if (held.isReadable() || !mayComeNow()) {
            hold();
        } else {
            gate.heldBack(false, 0);
        }
    }

    private void passHeld(ChannelHandlerContext ctx) {
        ByteBuf all = held;
        held = Unpooled.EMPTY_BUFFER;
        if (all.isReadable()) {
            pass(ctx, all);
            ctx.fireChannelReadComplete();
        }
    }

    /** From now on nothing is held, and it is read as fast as it comes. */
    public void lift() {
        ChannelHandlerContext ctx = context;
        if (!lifted && ctx != null) {
            letGo(ctx);
            gate.heldBack(false, 0);
        }
    }

    private void letGo(ChannelHandlerContext ctx) {
        lifted = true;
        if (next != null) {
            next.cancel(false);
        }
        if (held.isReadable()) {
            passHeld(ctx);
            gate.heldBack(true, 0);
        }
        if (endWaits) {
            endWaits = false;
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean isEnd = event == ChannelInputShutdownEvent.INSTANCE;
        if (isEnd && held.isReadable() && !lifted) {
            endWaits = true; // with TLS it comes with the last lines, in one read
            return;
        }
        if (isEnd || event instanceof End) {
            letGo(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        letGo(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }
}
