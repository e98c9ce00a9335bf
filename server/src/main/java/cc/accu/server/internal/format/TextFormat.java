package cc.accu.server.internal.format;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Time and sender before each line: {@code 2026-11-22T06:00:00.123Z 127.0.0.1:51234 accu.cc}. */
public final class TextFormat implements LineFormat {
    private final Timestamp timestamp = new Timestamp();

    @Override
    public void move(LineBatch batch, ByteBuf out, int enough) {
        String prefix =
                timestamp.of(batch.receivedMillis()) + " " + batch.origin().peer() + " ";
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        ByteBuf lines = batch.lines();
        int count = 0;
        int start = lines.readerIndex();
        do {
            int next = lines.indexOf(start, lines.writerIndex(), (byte) '\n') + 1;
            out.writeBytes(bytes).writeBytes(lines, start, next - start);
            count++;
            start = next;
        } while (start < lines.writerIndex() && out.readableBytes() < enough);
        batch.skip(count, start - lines.readerIndex());
    }
}
