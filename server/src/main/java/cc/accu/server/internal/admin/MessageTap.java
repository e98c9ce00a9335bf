package cc.accu.server.internal.admin;

import cc.accu.line.LineBatch;
import cc.accu.server.ServerObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies of lines that come in, for those who look at them live. Takes so many bytes between two looks, and counts what it
 * leaves out: event loops that are busy copy next to nothing. Any thread.
 */
final class MessageTap implements ServerObserver {
    private static final long MOST_BYTES = 1024 * 1024;

    /** Of a long line nobody reads more. */
    static final int MOST_LINE_BYTES = 8 * 1024;

    private final Queue<LineBatch> copies = new ConcurrentLinkedQueue<>();
    private final AtomicLong roomBytes = new AtomicLong(MOST_BYTES);
    private final AtomicLong leftOut = new AtomicLong();
    private volatile boolean open;

    /** Whether anybody looks. */
    void setOpen(boolean looked) {
        open = looked;
        if (!looked) {
            takeAll();
            takeLeftOut();
        }
    }

    @Override
    public void received(LineBatch batch) {
        if (!open) {
            return;
        }
        boolean shorten = batch.count() == 1 && batch.bytes() > MOST_LINE_BYTES;
        int bytes = shorten ? MOST_LINE_BYTES + 1 : batch.bytes();
        if (roomBytes.addAndGet(-bytes) < 0) {
            roomBytes.addAndGet(bytes);
            leftOut.addAndGet(batch.count());
            return;
        }
        try {
            copies.add(copyOf(batch, bytes, shorten));
        } catch (OutOfMemoryError full) {
            roomBytes.addAndGet(bytes);
            leftOut.addAndGet(batch.count());
        }
    }

    private static LineBatch copyOf(LineBatch batch, int bytes, boolean shorten) {
        byte[] copy = new byte[bytes];
        ByteBuf lines = batch.lines();
        lines.getBytes(lines.readerIndex(), copy);
        if (shorten) {
            copy[bytes - 1] = '\n';
        }
        return new LineBatch(
                Unpooled.wrappedBuffer(copy),
                batch.count(),
                batch.origin(),
                batch.firstNumber(),
                batch.receivedMillis(),
                shorten || batch.cut(),
                batch.end().orElse(null));
    }

    /** What has come since the last look. */
    List<LineBatch> takeAll() {
        List<LineBatch> all = new ArrayList<>();
        for (LineBatch next = copies.poll(); next != null; next = copies.poll()) {
            roomBytes.addAndGet(next.bytes());
            all.add(next);
        }
        return all;
    }

    /** How many lines were not copied since the last look. */
    long takeLeftOut() {
        return leftOut.getAndSet(0);
    }
}
