package cc.accu.server.sink;

import cc.accu.internal.framing.LineInput;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import cc.accu.server.internal.format.LineFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Batches of lines for tests, and what a format makes of them. */
public final class Batches {
    public static final Origin TCP = Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:51234");

    /** 2026-11-22T06:00:00.123Z. */
    public static final long MILLIS = 1_795_327_200_123L;

    /** A format that changes nothing. */
    public static final LineFormat VERBATIM = (batch, out, enough) -> {
        out.writeBytes(batch.lines(), batch.lines().readerIndex(), batch.bytes());
        batch.skip(batch.count(), batch.bytes());
    };

    private Batches() {}

    /** Whole lines, each with its LF. */
    public static LineBatch of(String lines) {
        return of(lines.getBytes(StandardCharsets.UTF_8), TCP);
    }

    public static LineBatch of(byte[] lines, Origin origin) {
        int count = 0;
        for (byte value : lines) {
            count += value == '\n' ? 1 : 0;
        }
        return LineBatch.of(Unpooled.copiedBuffer(lines), count, origin, 1, MILLIS);
    }

    /** What the framing makes of {@code input} that ends with {@code end}. */
    public static List<LineBatch> framed(int maxLine, String input, End end) {
        EmbeddedChannel channel = new EmbeddedChannel();
        LineInput.appendTo(channel.pipeline(), LineFraming.ofMaxLine(maxLine), TCP);
        channel.writeInbound(Unpooled.copiedBuffer(input, StandardCharsets.UTF_8));
        LineInput.end(channel.pipeline(), end);
        List<LineBatch> batches = new ArrayList<>();
        for (LineBatch batch = channel.readInbound(); batch != null; batch = channel.readInbound()) {
            batches.add(batch);
        }
        channel.finishAndReleaseAll();
        return batches;
    }

    /** Closes the batch. */
    public static String formatted(LineFormat format, LineBatch batch) {
        ByteBuf out = Unpooled.buffer();
        try (batch) {
            format.move(batch, out, Integer.MAX_VALUE);
            return out.toString(StandardCharsets.UTF_8);
        }
    }
}
