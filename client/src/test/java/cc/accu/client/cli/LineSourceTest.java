package cc.accu.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineSourceTest {
    @TempDir
    private Path directory = Path.of("");

    private static LineSource source(String text, int bufferBytes) {
        return LineSource.of("it", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), bufferBytes);
    }

    private static List<String> blocks(LineSource source) throws IOException {
        List<String> blocks = new ArrayList<>();
        for (ByteBuffer block = source.next(); block.hasRemaining(); block = source.next()) {
            blocks.add(StandardCharsets.UTF_8.decode(block).toString());
        }
        return blocks;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "ab;cd;ef > ab;,cd;,ef;",
                "abcd;ef > abcd,;,ef;",
                "abcdefgh > abcd,efgh,;",
                "abcdefghi;j > abcd,efgh,i;,j;",
                ";;;;; > ;;;;,;",
                "abcd > abcd,;"
            })
    void givesALineThatIsLongerThanItsBufferInParts(String text, String blocks) throws Exception {
        assertThat(blocks(source(text.replace(';', '\n'), 4)))
                .containsExactly(blocks.replace(';', '\n').split(",", -1));
    }

    @Test
    void givesNothingForNothing() throws Exception {
        assertThat(blocks(source("", 4))).isEmpty();
    }

    @Test
    void holdsWholeLinesAsLongAsTheServerTakes() throws Exception {
        String line = "x".repeat(600_000) + "\n";
        LineSource source = source("a\n" + line + "b", 4);
        source.giveOnlyWholeLines(600_000);
        assertThat(String.join("", blocks(source))).isEqualTo("a\n" + line + "b\n");
    }

    @Test
    void namesTheFirstLineThatIsLonger() throws Exception {
        LineSource source = source("a\nb\n" + "x".repeat(600_000), 4);
        source.giveOnlyWholeLines(100_000);
        assertThatThrownBy(() -> blocks(source))
                .hasMessage("line 3 of it is longer than the server takes, which is 100000 bytes;"
                        + " nothing behind it was sent");
    }

    @Test
    void holdsNoMoreThanIsGoodForThisProcess() {
        LineSource source = LineSource.of("it", endless(), 256 * 1024);
        source.giveOnlyWholeLines(Long.MAX_VALUE / 2);
        assertThatThrownBy(source::next)
                .hasMessageStartingWith("line 1 of it has more than ")
                .hasMessageEndingWith("give it more with java -Xmx");
    }

    @Test
    void endsTheLastLineOfEachFileAndCountsTheLinesOfEach() throws Exception {
        String one = Files.writeString(directory.resolve("one"), "a\nb").toString();
        String none = Files.writeString(directory.resolve("none"), "").toString();
        String two = Files.writeString(directory.resolve("two"), "c\n" + "x".repeat(600_000))
                .toString();
        assertThat(String.join(
                        "", blocks(LineSource.ofFiles(List.of(one, none, "-", one), InputStream.nullInputStream()))))
                .isEqualTo("a\nb\na\nb\n");
        LineSource source = LineSource.ofFiles(List.of(one, two), InputStream.nullInputStream());
        assertThat(source.expectedBytes()).isEqualTo(600_005);
        source.giveOnlyWholeLines(100_000);
        assertThatThrownBy(() -> blocks(source)).hasMessageStartingWith("line 2 of " + two + " is longer");
    }

    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                return length;
            }
        };
    }
}
