package cc.accu.server.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class TextFormatTest {
    @Test
    void putsTimeAndSenderBeforeEachLine() {
        assertThat(Batches.formatted(new LineFormat.Text(), Batches.of("accu.cc\n\nlast\n")))
                .isEqualTo("""
                        2026-11-22T06:00:00.123Z 127.0.0.1:51234 accu.cc
                        2026-11-22T06:00:00.123Z 127.0.0.1:51234\s
                        2026-11-22T06:00:00.123Z 127.0.0.1:51234 last
                        """);
    }

    @Test
    void keepsEveryByteOfTheMessage() {
        byte[] line = {'a', 0, (byte) 0xff, '\r', 'b', '\n'};
        ByteBuf out = Unpooled.buffer();
        try (LineBatch batch = Batches.of(line, Batches.TCP)) {
            new LineFormat.Text().move(batch, out, Integer.MAX_VALUE);
        }
        byte[] message = new byte[line.length];
        out.getBytes(out.writerIndex() - line.length, message);
        assertThat(message).isEqualTo(line);
    }
}
