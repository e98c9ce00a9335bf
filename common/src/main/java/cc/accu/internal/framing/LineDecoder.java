package cc.accu.internal.framing;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.LineBasedFrameDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into {@link LineBatch}es: all whole lines of a read pass as one block. The start of a line that the network
 * cut goes in front of the next read; one that is too long for that, or finds no room there, goes through Netty's
 * decoder, which puts the line together. The parent is never given more of a line than may be part of it, so its own
 * limit is never reached; a piece of a line that is too long is made by giving it a line feed of ours. Event-loop
 * confined.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>LINE, REST_OF_SPLIT_LINE</td><td>END_OF_PIECE</td><td>what is here and what comes is too long for one line</td></tr>
 * <tr><td>END_OF_PIECE</td><td>REST_OF_SPLIT_LINE</td><td>the piece is out</td></tr>
 * <tr><td>REST_OF_SPLIT_LINE</td><td>LINE</td><td>the terminator came</td></tr>
 * <tr><td>LINE</td><td>DROPPED_LINE</td><td>the line is too long, and such lines are not split</td></tr>
 * <tr><td>DROPPED_LINE</td><td>LINE</td><td>the terminator came</td></tr>
 * <tr><td>any</td><td>NOTHING</td><td>the input ended, or a line was too long and ends it</td></tr>
 * </table>
 */
final class LineDecoder extends LineBasedFrameDecoder implements LineInput {
    /** Blocks up to this size are copied, so that a few lines do not hold a whole receive buffer while they wait. */
    private static final int COPIED_BLOCK_BYTES = 16 * 1024;

    private static final ByteBuf FEED = constant('\n');
    private static final ByteBuf RETURN = constant('\r');

    private final int max;
    private final UnfinishedLine unfinished = new UnfinishedLine();

    private Origin origin;
    private LongLine longLine;
    private long lineNumber = 1;
    private long readMillis;
    private End end = End.EOF;
    private State state = State.LINE;

    /** What the next byte belongs to. */
    private enum State {
        /** A line of which no piece is out: it starts here, or its start is kept, by us or by the parent. */
        LINE,
        /** A line of which pieces are out. */
        REST_OF_SPLIT_LINE,
        /** Our own line feed, which ends a piece. */
        END_OF_PIECE,
        /** A line that is being dropped. */
        DROPPED_LINE,
        /** Nothing: the input has ended. */
        NOTHING
    }

    LineDecoder(LineFraming framing, Origin origin) {
        super(framing.maxLineBytes() + 2, false, false);
        this.max = framing.maxLineBytes();
        this.longLine = framing.longLine();
        this.origin = origin;
        setCumulator(unfinished);
    }

    /** One byte that can be read again and again, through duplicates. */
    private static ByteBuf constant(char value) {
        return Unpooled.unreleasableBuffer(
                Unpooled.wrappedBuffer(new byte[] {(byte) value}).asReadOnly());
    }

    @Override
    public boolean inLine() {
        return unfinishedBytes() > 0 || state == State.REST_OF_SPLIT_LINE || state == State.DROPPED_LINE;
    }

    /** The number of the line that the next byte belongs to. */
    long lineNumber() {
        return lineNumber;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        ByteBuf in = (ByteBuf) message;
        readMillis = System.currentTimeMillis();
        try {
            if (!unfinished.putStartBefore(in)) {
                super.channelRead(ctx, unfinished.giveStart(ctx.alloc()));
            }
            while (in.isReadable() && state != State.NOTHING) {
                if (state == State.DROPPED_LINE) {
                    dropRest(ctx, in);
                } else if (inLine()) {
                    continueLine(ctx, in);
                } else {
                    takeWholeLines(ctx, in);
                }
            }
        } finally {
            in.release();
        }
        unfinished.trim();
    }

    private void takeWholeLines(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
        int lastFeed = ByteSearch.lastFeed(in);
        if (lastFeed < 0) {
            if (in.readableBytes() > max || !unfinished.takeStart(in)) {
                continueLine(ctx, in);
            }
            return;
        }
        ByteBuf block = in.readSlice(lastFeed + 1 - in.readerIndex());
        LineCounter.Scan scan = LineCounter.scan(block);
        if (scan.hasReturns()) {
            block = ByteSearch.withoutReturns(ctx.alloc(), block);
        } else if (block.readableBytes() <= COPIED_BLOCK_BYTES) {
            block = copy(ctx, block);
        } else {
            block.retain();
        }
        if (ByteSearch.hasLongLine(block, max)) {
            takeLineByLine(ctx, block);
        } else {
            fire(ctx, block, scan.lines());
        }
    }

    /** Takes ownership of {@code block}, some of whose lines are too long. */
    private void takeLineByLine(ChannelHandlerContext ctx, ByteBuf block) {
        try {
            while (block.isReadable() && state != State.NOTHING) {
                int length = block.bytesBefore((byte) '\n');
                if (length <= max) {
                    fire(ctx, copy(ctx, block.readSlice(length + 1)), 1);
                } else if (longLine == LongLine.SPLIT) {
                    split(ctx, block.readSlice(length + 1), length, null);
                } else {
                    block.skipBytes(length + 1);
                    dropped(ctx, length);
                }
            }
        } finally {
            block.release();
        }
    }

    /** Fires {@code length} bytes, which are a whole line or what is left of one, in pieces. */
    private void split(ChannelHandlerContext ctx, ByteBuf in, int length, @Nullable End unterminated) {
        int left = length;
        for (; left > max; left -= max) {
            ctx.fireChannelRead(batch(terminated(ctx, in, max), 1, true, null));
            if (state == State.NOTHING && unterminated == null) {
                return; // the next handler ended the input
            }
        }
        ctx.fireChannelRead(batch(terminated(ctx, in, left), 1, false, unterminated));
        lineNumber++;
    }

    /** Feeds the parent what may belong to the unfinished line. */
    private void continueLine(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
        int have = unfinishedBytes();
        int from = in.readerIndex();
        int searched = Math.min(in.readableBytes(), max + 2 - have);
        int feed = in.indexOf(from, from + searched, (byte) '\n');
        int more = feed < 0 ? in.readableBytes() : feed - from;
        if (fits(have, in, more)) {
            // A copy, so that the parent does not hold the receive buffer until the rest of the line comes.
            super.channelRead(ctx, feed < 0 ? copy(ctx, in) : in.readRetainedSlice(more + 1));
        } else {
            startLongLine(ctx, in, have);
        }
    }

    /** Whether the unfinished bytes and {@code more} of the input can be one line, a last CR being half a terminator. */
    private boolean fits(int have, ByteBuf in, int more) {
        int length = have + more;
        if (length != max + 1) {
            return length <= max;
        }
        // With that many unfinished bytes, the last of them is a CR: nothing else was let in.
        return more == 0 || in.getByte(in.readerIndex() + more - 1) == '\r';
    }

    private void startLongLine(ChannelHandlerContext ctx, ByteBuf in, int have) throws Exception {
        if (longLine != LongLine.SPLIT) {
            unfinished.startDropping(have, have == max + 1);
            state = State.DROPPED_LINE;
            if (have > 0) {
                super.channelRead(ctx, FEED.duplicate());
            }
            if (longLine == LongLine.CLOSE) {
                dropped(ctx, have + ByteSearch.lineLength(in));
            }
            return;
        }
        if (have < max) {
            super.channelRead(ctx, in.readRetainedSlice(max - have));
        }
        state = State.END_OF_PIECE;
        super.channelRead(ctx, FEED.duplicate());
        if (state == State.NOTHING) {
            return; // the next handler ended the input
        }
        state = State.REST_OF_SPLIT_LINE;
        if (have > max) {
            super.channelRead(ctx, RETURN.duplicate());
        }
    }

    private void dropRest(ChannelHandlerContext ctx, ByteBuf in) {
        if (unfinished.drop(in)) {
            state = State.LINE;
            dropped(ctx, unfinished.droppedBytes());
        }
    }

    private void dropped(ChannelHandlerContext ctx, long bytes) {
        boolean last = longLine == LongLine.CLOSE;
        if (last) {
            state = State.NOTHING;
        }
        ctx.fireUserEventTriggered(new Dropped(lineNumber++, bytes, last));
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        unfinished.release();
    }

    /** What the parent put together: a line, a piece, or the start of a line that is dropped. */
    @Override
    protected @Nullable Object decode(ChannelHandlerContext ctx, ByteBuf buffer) throws Exception {
        ByteBuf line = (ByteBuf) super.decode(ctx, buffer);
        if (line == null) {
            return null;
        }
        if (state == State.DROPPED_LINE) {
            line.release();
            return null;
        }
        int feed = line.writerIndex() - 1;
        if (state == State.END_OF_PIECE) {
            terminateAt(line, line.readerIndex() + max);
            return batch(line, 1, true, null);
        }
        if (feed > line.readerIndex() && line.getByte(feed - 1) == '\r') {
            terminateAt(line, feed - 1);
        }
        state = State.LINE;
        LineBatch whole = batch(line, 1, false, null);
        lineNumber++;
        return whole;
    }

    private static void terminateAt(ByteBuf line, int index) {
        line.setByte(index, '\n').writerIndex(index + 1);
    }

    /** The unterminated last line. Netty calls this again after a half-close; by then nothing is left. */
    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        ByteBuf rest = unfinished.startLength() > 0 ? unfinished.giveStart(ctx.alloc()) : in.retain();
        try {
            endInput(ctx, rest);
        } finally {
            rest.release();
        }
    }

    private void endInput(ChannelHandlerContext ctx, ByteBuf in) {
        State last = state;
        state = State.NOTHING;
        unfinished.release();
        if (last == State.NOTHING) {
            in.skipBytes(in.readableBytes());
        } else if (last == State.DROPPED_LINE) {
            dropped(ctx, unfinished.droppedBytes());
        } else if (in.isReadable()) {
            int length = ByteSearch.lineLength(in);
            if (length <= max || longLine == LongLine.SPLIT) {
                split(ctx, in, length, end);
            } else {
                dropped(ctx, length);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof End ourEnd) {
            if (state != State.NOTHING) {
                end = ourEnd;
                ctx.fireUserEventTriggered(ourEnd);
                super.userEventTriggered(ctx, ChannelInputShutdownEvent.INSTANCE);
            }
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            end = End.RESET;
        }
        ctx.fireExceptionCaught(cause);
    }

    /** The parent would read on although reading is paused, when it got bytes and gave nothing. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
    }

    private int unfinishedBytes() {
        return unfinished.startLength() + actualReadableBytes();
    }

    @Override
    public int heldBytes() {
        return unfinished.heldBytes() + internalBuffer().capacity();
    }

    @Override
    public long lastReadMillis() {
        return readMillis;
    }

    @Override
    public void makeRoom(int bytes) {
        ByteBuf line = internalBuffer();
        if (line.isReadable()) {
            unfinished.makeRoom(line.alloc(), line, bytes, max);
        }
    }

    @Override
    public boolean startsLike(String text) {
        if (state != State.LINE) {
            return false;
        }
        ByteBuf line = unfinished.startLength() > 0 ? unfinished.start() : internalBuffer();
        int common = Math.min(line.readableBytes(), text.length());
        return text.startsWith(line.toString(line.readerIndex(), common, StandardCharsets.US_ASCII));
    }

    @Override
    public void comesFrom(Origin known) {
        origin = known;
    }

    @Override
    public void breakOff() {
        end = End.RESET;
    }

    @Override
    public void startAgain() {
        lineNumber--;
        longLine = LongLine.CLOSE;
    }

    private void fire(ChannelHandlerContext ctx, ByteBuf block, int count) {
        LineBatch batch = batch(block, count, false, null);
        lineNumber += count;
        ctx.fireChannelRead(batch);
    }

    /** Reads all. The copy is the caller's. */
    private static ByteBuf copy(ChannelHandlerContext ctx, ByteBuf in) {
        return ctx.alloc().buffer(in.readableBytes()).writeBytes(in);
    }

    /** Reads {@code length} bytes. The copy, with a line feed behind them, is the caller's. */
    private static ByteBuf terminated(ChannelHandlerContext ctx, ByteBuf in, int length) {
        return ctx.alloc().buffer(length + 1).writeBytes(in, length).writeByte('\n');
    }

    private LineBatch batch(ByteBuf lines, int count, boolean cut, @Nullable End unterminated) {
        return new LineBatch(lines, count, origin, lineNumber, readMillis, cut, unterminated);
    }
}
