package cc.accu.internal.framing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of more than one piece and row, against what a loop over single bytes says. */
class LargeBlockTest {
    private static final byte[] BYTES = {'\n', '\r', '\n', '\r', 'a', (byte) 0x8a, (byte) 0x8d, 0, (byte) 0xff, 0x0b};

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @RepeatedTest(300)
    void countsAndNotesReturns() {
        byte[] block = randomBlock(random.nextInt(3) == 0 ? 1_200_000 : 10_000);
        int feeds = 0;
        boolean returns = false;
        for (byte value : block) {
            feeds += value == '\n' ? 1 : 0;
            returns |= value == '\r';
        }
        ByteBuf behindOthers = Unpooled.directBuffer().writeZero(random.nextInt(9));
        behindOthers.skipBytes(behindOthers.readableBytes()).writeBytes(block);
        for (ByteBuf buffer : new ByteBuf[] {Unpooled.wrappedBuffer(block), behindOthers}) {
            assertThat(LineCounter.scan(buffer)).as("seed %d", seed).isEqualTo(new LineCounter.Scan(feeds, returns));
            buffer.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2047, 2048, 2049, 255 * 2048 + 7, 256 * 2048, 513 * 2048})
    void countsALineFeedInEveryByte(int bytes) {
        ByteBuffer block = ByteBuffer.wrap("\n".repeat(bytes).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(LineCounter.count(block)).isEqualTo(bytes);
        assertThat(block.remaining()).isEqualTo(bytes);
    }

    @Test
    void findsTheFirstLineFeedOfARange() {
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = randomBlock(40);
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(bytes.length + 1 - from);
            int expected = from;
            while (expected < to && bytes[expected] != '\n') {
                expected++;
            }
            assertThat(ByteSearch.indexOfFeed(bytes, from, to))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    @RepeatedTest(300)
    void dropsOneReturnBeforeEachLineFeed() {
        byte[] block = randomBlock(20_000);
        block[block.length - 1] = '\n';
        ByteBuf expected = Unpooled.buffer();
        for (int i = 0; i < block.length; i++) {
            if (block[i] != '\r' || block[i + 1] != '\n') {
                expected.writeByte(block[i]);
            }
        }
        ByteBuf dropped = ByteSearch.withoutReturns(UnpooledByteBufAllocator.DEFAULT, Unpooled.wrappedBuffer(block));
        assertThat(dropped).as("seed %d", seed).isEqualTo(expected);
        dropped.release();
    }

    /** Of few kinds of bytes, so that some blocks have no return, and others are full of them. */
    private byte[] randomBlock(int most) {
        byte[] block = new byte[1 + random.nextInt(most)];
        int first = random.nextInt(BYTES.length);
        int kinds = 1 + random.nextInt(BYTES.length);
        for (int i = 0; i < block.length; i++) {
            block[i] = BYTES[(first + random.nextInt(kinds)) % BYTES.length];
        }
        return block;
    }
}
