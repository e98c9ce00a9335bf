package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;

/** The lines as they are in their batch, so that the batch's own memory may be written in place of a copy. */
final class RawFormat implements LineFormat {
    @Override
    public void append(LineBatch batch, ByteBuf out) {
        out.writeBytes(batch.lines(), batch.lines().readerIndex(), batch.bytes());
    }
}
