package cc.accu.server.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.End;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameHeadTest {
    private static final FrameHead HEAD = new FrameHead(
            0xfedcba9876543210L,
            Long.MAX_VALUE - 5,
            3,
            1000,
            -1,
            1_795_327_200_123L,
            42,
            true,
            Optional.of(End.TIMEOUT),
            new Origin(
                    "unix /var/run/a b%.sock",
                    "pid=1,uid=2", Optional.of(new Origin.Credentials(1, 2, 3)), Optional.of("CN=a b,O=\u00e9")));

    private final FrameHead.Codec codec = new FrameHead.Codec();

    private static Optional<FrameHead> parse(FrameHead.Codec codec, String line) {
        ByteBuf bytes = Unpooled.copiedBuffer("before\n" + line, StandardCharsets.ISO_8859_1);
        return codec.parse(bytes, "before\n".length(), line.length());
    }

    /** Without its terminator. */
    private String line(FrameHead head) {
        String line = new String(codec.line(head), StandardCharsets.US_ASCII);
        assertThat(line).endsWith("\n");
        return line.substring(0, line.length() - 1);
    }

    @Test
    void isOneLineThatAPersonCanRead() {
        assertThat(line(HEAD))
                .matches(
                        "accu-spool/1 fedcba9876543210 9223372036854775802 3 1000 ffffffff 1795327200123 42 cut timeout"
                                + " unix%20/var/run/a%20b%25.sock pid=1,uid=2 1,2,3 CN=a%20b,O=%C3%A9 [0-9a-f]{8}");
    }

    @Test
    void readsWhatItWrites() {
        assertThat(parse(new FrameHead.Codec(), line(HEAD))).contains(HEAD);
        assertThat(HEAD.last()).isEqualTo(Long.MAX_VALUE - 3);
    }

    @Test
    void readsWhatItWritesOfAnySenders() {
        Random random = new Random(1);
        List<End> ends = List.copyOf(EnumSet.allOf(End.class));
        FrameHead.Codec other = new FrameHead.Codec();
        for (int i = 0; i < 4_000 * SpoolDirectory.TIMES; i++) {
            int id = random.nextInt(10_000);
            Origin origin = new Origin(
                    id % 3 == 0 ? "" : "tcp [::1]:" + id % 7,
                    id % 5 == 0 ? "" : "gr\u00fc\u00dfe\n+%\ud83d\ude00 " + id,
                    id % 2 == 0 ? Optional.empty() : Optional.of(new Origin.Credentials(id, -1, Integer.MIN_VALUE)),
                    id % 3 == 0 ? Optional.empty() : Optional.of("CN=" + id));
            FrameHead head = new FrameHead(
                    random.nextLong(),
                    1 + random.nextInt(Integer.MAX_VALUE),
                    1 + random.nextInt(10),
                    10 + random.nextInt(Integer.MAX_VALUE - 10),
                    random.nextInt(),
                    random.nextInt(Integer.MAX_VALUE),
                    random.nextInt(Integer.MAX_VALUE),
                    random.nextBoolean(),
                    Optional.of(ends.get(random.nextInt(ends.size()))).filter(end -> random.nextBoolean()),
                    origin);
            assertThat(parse(other, line(head))).contains(head);
        }
    }

    @Test
    void cutsNamesThatAreTooLongForAHead() {
        String name = "\u20ac".repeat(5_000);
        FrameHead head = with(Origin.of(name, name));
        Origin read = parse(codec, line(head)).orElseThrow().origin();
        assertThat(read.peer()).isEqualTo(name.substring(0, OriginTexts.MOST_NAME));
        assertThat(read.listener()).isEqualTo(read.peer());
    }

    private static FrameHead with(Origin origin) {
        return new FrameHead(1, 1, 1, 1, 1, 1, 1, false, Optional.empty(), origin);
    }

    @Test
    void takesNothingElseForAHead() {
        String line = line(HEAD);
        for (int i = 0; i < line.length(); i++) {
            assertThat(parse(codec, line.substring(0, i)))
                    .as("the first %d bytes", i)
                    .isEmpty();
            String other = line.substring(0, i) + (char) (line.charAt(i) ^ 1) + line.substring(i + 1);
            assertThat(parse(codec, other)).as("byte %d", i).isEmpty();
        }
        assertThat(parse(codec, "")).isEmpty();
        assertThat(parse(codec, "accu-spool/1")).isEmpty();
        assertThat(parse(codec, "accu-spool/1  0")).isEmpty();
        assertThat(parse(codec, "accu-spool/1 " + "0".repeat(FrameHead.MOST_BYTES)))
                .isEmpty();
    }

    @Test
    void takesNothingForAHeadThatCannotBeWithWhateverChecksum() {
        String fields = " 1 - - l p - ";
        assertThat(withSum("accu-spool/1 00 7 1 1 0 0" + fields)).isPresent();
        assertThat(withSum("accu-spool/1 00 0 1 1 0 0" + fields)).isEmpty();
        assertThat(withSum("accu-spool/1 00 7 0 1 0 0" + fields)).isEmpty();
        assertThat(withSum("accu-spool/1 00 7 2 1 0 0" + fields)).isEmpty();
        assertThat(withSum("accu-spool/1 00 7 1 2147483648 0 0" + fields)).isEmpty();
        assertThat(withSum("accu-spool/1 00 9223372036854775807 2 2 0 0" + fields))
                .isEmpty();
        assertThat(withSum("accu-spool/1 00 9223372036854775808 1 1 0 0" + fields))
                .isEmpty();
        assertThat(withSum("accu-spool/1 00 -7 1 1 0 0" + fields)).isEmpty();
        assertThat(withSum("accu-spool/1 0g 7 1 1 0 0" + fields)).isEmpty();
        for (String sender : new String[] {"", "l", "l p", "l p - - -", "l p 1,2", "l p 1,2,x", "l% p -", "l %zz -"}) {
            assertThat(withSum("accu-spool/1 00 7 1 1 0 0 1 - - " + sender + " "))
                    .as(sender)
                    .isEmpty();
        }
        assertThat(withSum("accu-spool/1 00 7 1 1 0 0 1 x - l p - ")).isEmpty();
        assertThat(withSum("accu-spool/1 00 7 1 1 0 0 1 - x l p - ")).isEmpty();
        assertThat(withSum("accu-spool/1 ")).isEmpty();
    }

    private Optional<FrameHead> withSum(String fields) {
        ByteBuf bytes = Unpooled.copiedBuffer(fields, StandardCharsets.US_ASCII);
        int sum = codec.checksumOf(bytes, 0, bytes.readableBytes());
        return parse(codec, fields + String.format("%08x", sum));
    }
}
