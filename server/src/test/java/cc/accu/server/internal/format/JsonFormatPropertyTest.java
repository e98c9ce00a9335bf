package cc.accu.server.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.sink.Batches;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random lines, printed by hand and by Jackson. One run of it: {@code -Daccu.seed=42}. */
class JsonFormatPropertyTest {
    private static final int BATCHES = 20_000;

    /** Whole characters, pieces of them, and what looks like some and is none. */
    private static final String[] TOKENS = {
        "\n",
        "\"",
        "\\",
        "\0",
        "\b\t\f\r",
        "\u001b[2J",
        "\u007f",
        "accu.cc",
        "0123456789abcdef",
        "/",
        " ",
        utf8("\u0080\u009b"),
        utf8("gr\u00fc\u00df"),
        utf8("\u07ff\u0800\u20ac"),
        utf8("\u2028\u2029\u202e"),
        utf8("\ud7ff\ue000\ufeff\uffff"),
        utf8("\ud83d\ude00"),
        utf8("\ud800\udc00\udbff\udfff"),
        "\u00c0\u0080",
        "\u00e0\u009f\u00bf",
        "\u00ed\u00a0\u0080",
        "\u00ed\u009f\u00bf",
        "\u00f0\u008f\u00bf\u00bf",
        "\u00f4\u008f\u00bf\u00bf",
        "\u00f4\u0090\u0080\u0080",
        "\u00f5\u0080\u0080\u0080",
        "\u00e2\u0082",
        "\u00f0\u009f\u0098",
        "\u0080",
        "\u00ff",
        "\u00c3",
        "\u00c1\u00bf"
    };

    private final LineFormat format = new JsonFormat();
    private final LineFormat reference = new JacksonFormat();

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Test
    void printsTheSameBytesAsJackson() {
        Long only = Long.getLong("accu.seed");
        long first = only == null ? System.nanoTime() : only;
        for (long seed = first; seed < first + (only == null ? BATCHES : 1); seed++) {
            Random random = new Random(seed);
            byte[] lines = randomLines(random, random.nextInt(100) == 0 ? 20_000 : 30);
            check("-Daccu.seed=" + seed, batch(random, lines));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16_382, 16_383, 16_384, 16_385, 40_000, 200_000})
    void printsLinesLongerThanItsArrays(int length) {
        for (String token : new String[] {"a", "\"", utf8("\u20ac"), utf8("\ud83d\ude00"), "\u00ff"}) {
            String line = token.repeat(length / token.length());
            String lines = "short\n" + line + "\n\n" + line + "\nshort\n";
            check(length + " of " + token, Batches.of(lines.getBytes(StandardCharsets.ISO_8859_1), Batches.TCP));
        }
    }

    @ParameterizedTest
    @EnumSource
    void printsTheSameMarks(End end) {
        for (LineBatch batch : Batches.framed(4, "whole\nabcdefgh", end)) {
            check(end.toString(), batch);
        }
    }

    private final Random cuts = new Random(1);

    private void check(String description, LineBatch batch) {
        try (batch) {
            ByteBuf expected = Unpooled.buffer();
            try (LineBatch other = batch.share()) {
                reference.move(other, expected, Integer.MAX_VALUE);
            }
            ByteBuf printed = Unpooled.buffer().writeByte('!');
            while (!batch.isEmpty()) {
                format.move(batch, printed, printed.readableBytes() + 1 + cuts.nextInt(40_000));
            }
            assertThat(printed.readByte()).isEqualTo((byte) '!');
            assertThat(printed.toString(StandardCharsets.ISO_8859_1))
                    .as(description)
                    .isEqualTo(expected.toString(StandardCharsets.ISO_8859_1));
        }
    }

    private static LineBatch batch(Random random, byte[] lines) {
        int count = 0;
        for (byte value : lines) {
            count += value == '\n' ? 1 : 0;
        }
        ByteBuf buffer = Unpooled.buffer().writeByte('?').writeBytes(lines).skipBytes(1);
        long number = (long) Math.pow(10, random.nextInt(12)) - random.nextInt(2);
        return LineBatch.of(buffer, count, origin(random), Math.max(1, number), Batches.MILLIS + random.nextInt(3));
    }

    private static Origin origin(Random random) {
        String name = random.nextBoolean() ? "/tmp/gr\u00fc\u00df\"\\\t\ud83d\ude00" : "/tmp/" + random.nextInt(500);
        return random.nextBoolean()
                ? Batches.TCP
                : new Origin(
                        "unix " + name,
                        "pid=4",
                        Optional.of(new Origin.Credentials(4, -1, random.nextInt(3))),
                        random.nextBoolean() ? Optional.empty() : Optional.of("CN=" + name));
    }

    private static byte[] randomLines(Random random, int most) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        int kinds = 1 + random.nextInt(3);
        int first = random.nextInt(TOKENS.length);
        for (int i = random.nextInt(most); i > 0; i--) {
            int kind = random.nextInt(4) == 0 ? random.nextInt(TOKENS.length) : first + random.nextInt(kinds);
            lines.writeBytes(TOKENS[kind % TOKENS.length].getBytes(StandardCharsets.ISO_8859_1));
            if (random.nextInt(50) == 0) {
                lines.write(random.nextInt(256));
            }
        }
        lines.write('\n');
        return lines.toByteArray();
    }
}
