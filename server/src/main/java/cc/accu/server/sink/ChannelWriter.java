package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.GatheringByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Gathers lines and writes them to a channel, when there are many and at each commit. One thread at a time, which does
 * not wait any more for a channel that takes nothing once it is interrupted.
 */
final class ChannelWriter implements LineWriter {
    /** A channel that does not block takes nothing while its reader is busy, or asleep. */
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private final GatheringByteChannel channel;
    private final OutputBuffer output = new OutputBuffer();

    ChannelWriter(GatheringByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        output.add(batch);
        if (output.isFull()) {
            commit();
        }
    }

    @Override
    public void commit() throws IOException {
        try {
            writeAll();
        } catch (IOException failure) {
            throw HeldException.insteadOf(failure);
        }
        output.forgetWritten();
    }

    /** The JDK cannot wait for any descriptor to take more, so it is tried again and again, less and less often. */
    private void writeAll() throws IOException {
        long pauseNanos = SHORTEST_PAUSE_NANOS;
        while (output.pendingBytes() > 0) {
            if (output.write(channel, output.pendingBytes()) > 0) {
                pauseNanos = SHORTEST_PAUSE_NANOS;
            } else {
                pause(pauseNanos);
                pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
            }
        }
    }

    private static void pause(long nanos) throws InterruptedIOException {
        LockSupport.parkNanos(nanos);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("told not to wait any longer for its reader");
        }
    }

    @Override
    public Durability durability() {
        return Durability.WRITTEN;
    }

    @Override
    public void close() throws IOException {
        output.close();
        channel.close();
    }
}
