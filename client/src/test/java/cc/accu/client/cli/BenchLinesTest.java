package cc.accu.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.client.cli.BenchPlan.Load;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchLinesTest {
    private static final Load LOAD = new Load("00c0ffee", 1000, 48, 4);

    private final BenchLines identity = new BenchLines();

    private static byte[] line(Load load, int sender, long sequence) {
        ByteBuffer block = new BenchLines.Block(load, sender).next(sequence, 1);
        byte[] line = new byte[block.remaining()];
        block.get(line);
        return line;
    }

    @Test
    void aLineSaysWhichItIs() {
        // The checksum comes from another implementation of CRC-32C.
        assertThat(new String(line(LOAD, 3, 42), StandardCharsets.US_ASCII))
                .isEqualTo("00c0ffee:0003:0000002a:000030:ebed74c6:nopqrstu\n");
        assertThat(BenchLines.sender(line(LOAD, 3, 42), 0)).isEqualTo(3);
        assertThat(BenchLines.sequence(line(LOAD, 3, 42), 0)).isEqualTo(42);
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 41, 100, 1 << 20})
    void linesOfAnySizeAreIntactAsTheyAreMade(int size) {
        byte[] line = line(new Load("89abcdef", 1, size, 1), 0, 0xfffffffeL);
        assertThat(line).hasSize(size).endsWith((byte) '\n');
        assertThat(identity.isIntact(line, 0, size)).isTrue();
        assertThat(BenchLines.sequence(line, 0)).isEqualTo(0xfffffffeL);
    }

    @Test
    void anyOtherByteIsNoticed() {
        for (int at = 0; at < 47; at++) {
            byte[] line = line(LOAD, 1, 7);
            line[at] ^= 1;
            assertThat(identity.isIntact(line, 0, 48)).as("byte %s", at).isFalse();
        }
    }

    @Test
    void aShorterLineIsNoticed() {
        byte[] line = line(LOAD, 1, 7);
        for (int length = 0; length < 48; length++) {
            assertThat(identity.isIntact(line, 0, length)).isFalse();
        }
    }

    @Test
    void aBlockHasTheLinesOneByOne() {
        BenchLines.Block lines = new BenchLines.Block(LOAD, 2);
        lines.next(0, lines.most());
        ByteBuffer block = lines.next(5, 2);
        byte[] both = new byte[96];
        block.get(both);
        assertThat(block.hasRemaining()).isFalse();
        assertThat(both).startsWith(line(LOAD, 2, 5)).endsWith(line(LOAD, 2, 6));
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "1, 3", "2, 3"})
    void sharesTheMessagesEvenly(int sender, long messages) {
        assertThat(new Load("00000000", 10, 40, 3).messagesOf(sender)).isEqualTo(messages);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> new Load("xyz", 1, 40, 1)).hasMessageContaining("--run has 8");
        assertThatThrownBy(() -> new Load("00000000", 0, 40, 1)).hasMessageContaining("--messages");
        assertThatThrownBy(() -> new Load("00000000", 1, 39, 1)).hasMessageContaining("--size");
        assertThatThrownBy(() -> new Load("00000000", 1, 40, 1001)).hasMessageContaining("--connections");
    }
}
