package cc.accu.server.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Origin;
import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Any bytes are no head, or one that is read again as it was, also with a checksum that is right. */
class FrameHeadFuzzTest {
    @FuzzTest
    void readsWhatItWouldWrite(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        boolean summed = input.choice(2) == 1;
        FrameHead.Codec codec = new FrameHead.Codec();
        ByteBuf line = Unpooled.wrappedBuffer(summed ? withSum(codec, input.rest()) : input.rest());
        Optional<FrameHead> read = codec.parse(line, 0, line.readableBytes());
        if (read.isPresent() && isWrittenWhole(read.get().origin())) {
            byte[] written = codec.line(read.get());
            assertThat(new FrameHead.Codec().parse(Unpooled.wrappedBuffer(written), 0, written.length - 1))
                    .isEqualTo(read);
        }
    }

    private static byte[] withSum(FrameHead.Codec codec, byte[] fields) {
        String line = "accu-spool/1 " + new String(fields, StandardCharsets.ISO_8859_1) + " ";
        byte[] summed = line.getBytes(StandardCharsets.ISO_8859_1);
        int sum = codec.checksumOf(Unpooled.wrappedBuffer(summed), 0, summed.length);
        return (line + String.format("%08x", sum)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isWrittenWhole(Origin origin) {
        return origin.listener().length() <= OriginTexts.MOST_NAME
                && origin.peer().length() <= OriginTexts.MOST_NAME
                && origin.subject().orElse("").length() <= OriginTexts.MOST_NAME;
    }
}
