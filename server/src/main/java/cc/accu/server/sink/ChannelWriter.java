package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Formats lines into a buffer and writes that to a channel, when it is large and at each commit. One thread. */
final class ChannelWriter implements LineWriter {
    private static final int WRITE_BYTES = 256 * 1024;

    private final WritableByteChannel channel;
    private final LineFormat format;
    private final ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(WRITE_BYTES);

    ChannelWriter(WritableByteChannel channel, LineFormat format) {
        this.channel = channel;
        this.format = format;
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        format.append(batch, buffer);
        if (buffer.readableBytes() >= WRITE_BYTES) {
            commit();
        }
    }

    @Override
    public void commit() throws IOException {
        ByteBuffer bytes = buffer.nioBuffer();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        buffer.clear();
        if (buffer.capacity() > 4 * WRITE_BYTES) {
            buffer.capacity(WRITE_BYTES);
        }
    }

    @Override
    public Durability durability() {
        return Durability.WRITTEN;
    }

    @Override
    public void close() throws IOException {
        buffer.release();
        channel.close();
    }
}
