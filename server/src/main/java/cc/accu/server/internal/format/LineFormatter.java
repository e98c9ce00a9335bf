package cc.accu.server.internal.format;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.function.Supplier;

/** Formats lines, in pieces that fit into the processor's cache. Any thread. */
public final class LineFormatter {
    private static final int PIECE_BYTES = 512 * 1024;

    /** With one more line, most pieces need not grow. */
    private static final int ENOUGH_BYTES = PIECE_BYTES * 3 / 4;

    /** What most lines grow by at most. */
    private static final int GROWTH_BYTES = 256;

    private final ThreadLocal<LineFormat> format;

    public LineFormatter(Supplier<LineFormat> formats) {
        this.format = ThreadLocal.withInitial(formats);
    }

    /**
     * Takes the first lines out of {@code batch}, which has some, and returns them as they are to be written. When that
     * throws, for want of memory for example, the batch still has them.
     */
    public LineBatch next(LineBatch batch) {
        int lines = batch.count();
        long first = batch.firstNumber();
        long most = batch.bytes() + (long) lines * GROWTH_BYTES;
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer((int) Math.min(most, PIECE_BYTES));
        try {
            format.get().move(batch, out, ENOUGH_BYTES);
            return LineBatch.of(out, lines - batch.count(), batch.origin(), first, batch.receivedMillis());
        } catch (RuntimeException | Error problem) {
            out.release();
            throw problem;
        }
    }
}
