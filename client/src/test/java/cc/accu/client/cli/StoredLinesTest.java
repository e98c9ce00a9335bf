package cc.accu.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.client.cli.BenchPlan.Load;
import cc.accu.client.cli.StoredLines.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredLinesTest {
    private static final Load LOAD = new Load("00c0ffee", 6, 40, 2);

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    private StoredLinesTest has(int sender, long... sequences) {
        return has(LOAD, sender, sequences);
    }

    private StoredLinesTest has(Load load, int sender, long... sequences) {
        BenchLines.Block lines = new BenchLines.Block(load, sender);
        for (long sequence : sequences) {
            file.write(lines.next(sequence, 1).array(), 0, load.size());
        }
        return this;
    }

    private StoredLinesTest has(String text) {
        file.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    private Verdict verdict() {
        StoredLines lines = new StoredLines(LOAD);
        lines.add(file.toByteArray(), 0, file.size());
        return lines.verdict();
    }

    @Test
    void allIsThereInAnyMixtureOfSenders() {
        Verdict verdict = has(0, 0).has(1, 0, 1).has(0, 1, 2).has(1, 2).verdict();
        assertThat(verdict).isEqualTo(new Verdict(6, 0, 0, 0, 0, 0));
        assertThat(verdict.isRight()).isTrue();
    }

    @Test
    void aLineIsLost() {
        Verdict verdict = has(0, 0, 2).has(1, 0, 1, 2).verdict();
        assertThat(verdict).isEqualTo(new Verdict(5, 1, 0, 0, 0, 0));
        assertThat(verdict.isRight()).isFalse();
    }

    @Test
    void linesSentAgainAreDuplicatesAndNotWrong() {
        Verdict verdict = has(0, 0, 1, 0, 1, 2).has(1, 0, 1, 2).verdict();
        assertThat(verdict).isEqualTo(new Verdict(6, 0, 2, 0, 0, 0));
        assertThat(verdict.isRight()).isTrue();
    }

    @Test
    void aLineCameTooLate() {
        Verdict verdict = has(0, 0, 2, 1).has(1, 0, 1, 2).verdict();
        assertThat(verdict).isEqualTo(new Verdict(6, 0, 0, 1, 0, 0));
        assertThat(verdict.isRight()).isFalse();
    }

    @Test
    void aLineIsCutOrHasAnother() {
        Verdict verdict = has("00c0ffee:0000:00")
                .has(0, 0)
                .has(0, 1, 2)
                .has(1, 0, 1, 2)
                .has("00c0ffee:\n")
                .verdict();
        assertThat(verdict).isEqualTo(new Verdict(5, 1, 0, 0, 2, 0));
        assertThat(verdict.isRight()).isFalse();
    }

    @Test
    void linesOfOthersAreForeign() {
        Load other = new Load("00c0ffe0", 6, 40, 2);
        Verdict verdict = has(other, 0, 0)
                .has("hello\n\n")
                .has(0, 0, 1, 2)
                .has(1, 0, 1, 2)
                .verdict();
        assertThat(verdict).isEqualTo(new Verdict(6, 0, 0, 0, 0, 3));
        assertThat(verdict.isRight()).isTrue();
    }

    @Test
    void moreThanWasToBeSentIsForeign() {
        Load more = new Load("00c0ffee", 12, 40, 3);
        assertThat(has(more, 0, 3).has(more, 2, 0).verdict()).isEqualTo(new Verdict(0, 6, 0, 0, 0, 2));
    }

    @Test
    void readsRotatedAndCompressedFiles() throws IOException {
        Path oldest = directory.resolve("a.gz");
        try (GZIPOutputStream compressed = new GZIPOutputStream(Files.newOutputStream(oldest))) {
            compressed.write(new BenchLines.Block(LOAD, 0).next(0, 3).array(), 0, 3 * 40);
        }
        has(1, 0, 1, 2);
        Path newest = Files.write(directory.resolve("a"), file.toByteArray());
        assertThat(StoredLines.compare(List.of(oldest, newest), LOAD)).isEqualTo(new Verdict(6, 0, 0, 0, 0, 0));
    }

    @Test
    void saysWhichFileIsMissing() {
        assertThatThrownBy(() -> StoredLines.compare(List.of(Path.of("/no/such")), LOAD))
                .hasMessage("cannot read /no/such: no such file or directory");
    }
}
