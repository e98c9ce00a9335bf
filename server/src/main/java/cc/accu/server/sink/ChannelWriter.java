package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.channels.GatheringByteChannel;

/** Gathers lines and writes them to a channel, when there are many and at each commit. One thread at a time. */
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
        while (output.pendingBytes() > 0) {
            output.write(channel, output.pendingBytes());
        }
        output.forgetWritten();
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
