package cc.accu.server.sink;

import cc.accu.internal.cli.NonBlockingPause;
import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.channels.GatheringByteChannel;

/**
 * Gathers lines and writes them to a channel, when there are many and at each commit. One thread at a time, which does
 * not wait any more for a channel that takes nothing once it is interrupted.
 */
final class ChannelWriter implements LineWriter {
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

    private void writeAll() throws IOException {
        NonBlockingPause pause = new NonBlockingPause();
        while (output.pendingBytes() > 0) {
            if (output.write(channel, output.pendingBytes()) > 0) {
                pause.restart();
            } else {
                pause.await();
            }
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
