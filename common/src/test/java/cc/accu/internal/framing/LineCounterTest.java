package cc.accu.internal.framing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCounterTest {
    /** Besides LF and CR, the bytes that differ from them in one bit or by one. */
    private static final byte[] NEAR = {'\n', '\r', 0x0b, 0x09, 0x0c, 0x0e, (byte) 0x8a, (byte) 0x8d, 0, (byte) 0xff};

    @Test
    void countsLinesAsTheNaiveWayDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            int kinds = 1 + random.nextInt(NEAR.length);
            int feeds = 0;
            int lastFeed = -1;
            boolean returns = false;
            int start = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = NEAR[NEAR.length - 1 - random.nextInt(kinds)];
                if (i >= start && bytes[i] == '\n') {
                    feeds++;
                    lastFeed = i;
                }
                returns |= i >= start && bytes[i] == '\r';
            }
            ByteBuf block = Unpooled.wrappedBuffer(bytes).skipBytes(start);
            LineCounter.Scan scan = LineCounter.scan(block);
            assertThat(scan.lines()).as("seed %d round %d", seed, round).isEqualTo(feeds);
            assertThat(scan.hasReturns()).as("seed %d round %d", seed, round).isEqualTo(returns);
            assertThat(ByteSearch.lastFeed(block))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(lastFeed);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "|, 1, false",
        "a|, 1, false",
        "ab|, 1, true",
        "abc|, 3, false",
        "abcd|, 3, true",
        "abc|abc|, 3, false",
        "abc|abcd|, 3, true",
        "abcd|abc|, 3, true",
        "|||abc||, 3, false",
        "a|b|cdef|g|, 3, true"
    })
    void findsALineOverTheLimit(String block, int max, boolean expected) {
        ByteBuf lines = Unpooled.wrappedBuffer(("??" + block.replace('|', '\n')).getBytes(ISO_8859_1));
        assertThat(ByteSearch.hasLongLine(lines.skipBytes(2), max)).isEqualTo(expected);
    }
}
