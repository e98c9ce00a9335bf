package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check that never fails proves nothing: this one sees whatever a server could do wrong. */
class StoredTest {
    private final Lines lines = new Lines(7, Lines.LONGEST);
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    @Test
    void findsEveryLineThatIsThere() throws IOException {
        add(1, 1).add(2, 1).add(1, 2).add(1, 3);
        Stored stored = stored();
        assertThat(stored.count()).isEqualTo(4);
        assertThat(stored.lost(1, 3) + stored.lost(2, 1)).isZero();
        assertThat(stored.unexpected(List.of(sent(1, 3), sent(2, 1)))).isZero();
        assertThat(stored.disordered() + stored.duplicates() + stored.fragments())
                .isZero();
    }

    @Test
    void missesWhatIsNotThere() throws IOException {
        Stored stored = add(1, 1).add(1, 2).stored();
        assertThat(stored.lost(1, 4)).isEqualTo(2);
        assertThat(stored.lost(2, 1)).isEqualTo(1);
        assertThat(stored.samples()).contains("lost: line 3 of sender 1, which has 4 acknowledged and 2 stored");
    }

    @Test
    void seesTheSameLineTwiceAndLinesOutOfOrder() throws IOException {
        Stored stored = add(1, 1).add(1, 3).add(1, 2).add(1, 3).stored();
        assertThat(stored.disordered()).isEqualTo(1);
        assertThat(stored.duplicates()).isEqualTo(1);
    }

    @Test
    void expectsALineAgainFromWhoeverSendsAgain() throws IOException {
        Stored stored =
                add(1, 1).add(1, 2).add(1, 3).add(1, 2).add(1, 3).add(1, 4).stored();
        assertThat(stored.disordered()).isZero();
        assertThat(stored.duplicates()).isEqualTo(2);
    }

    @Test
    void tellsEveryBeginningOfALineFromTheLine() throws IOException {
        byte[] line = line(12, 345);
        for (int cut = 1; cut < line.length - 1; cut++) {
            file.write(line, 0, cut);
            file.write('\n');
        }
        Stored stored = stored();
        assertThat(stored.fragments()).isEqualTo(line.length - 2);
        assertThat(stored.count()).isZero();
        assertThat(stored.unexpected(List.of())).isZero();
    }

    @Test
    void doesNotExpectWhatNobodySent() throws IOException {
        byte[] damaged = line(1, 2);
        damaged[damaged.length - 2] ^= 1;
        file.write(damaged);
        file.write("a word\n\n".getBytes(US_ASCII));
        file.write(line(1, 1), 0, 30);
        Stored stored = add(1, 1).add(1, 9).add(5, 1).stored();
        // Damaged, foreign, empty, glued to a torn one; beyond what was sent; from a sender that there is not.
        assertThat(stored.unexpected(List.of(sent(1, 8)))).isEqualTo(6);
    }

    @Test
    void doesNotCountATornLine() throws IOException {
        byte[] torn = line(1, 2);
        add(1, 1).file.write(torn, 0, torn.length - 1);
        Stored stored = stored();
        assertThat(stored.lost(1, 2)).isEqualTo(1);
        assertThat(stored.tornBytes()).isEqualTo(torn.length - 1);
    }

    @Test
    void readsRotatedFilesFirstAndSideFilesNever() throws IOException {
        Files.write(directory.resolve("messages.log"), line(1, 4));
        Files.write(directory.resolve("messages.log.20261124T000000002Z"), line(1, 3));
        Files.write(directory.resolve("messages.log.20261124T000000000Z"), line(1, 1));
        Files.write(directory.resolve("messages.log.torn-20261124T000000003Z"), line(1, 5));
        Path compressed = directory.resolve("messages.log.20261124T000000001Z.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write(line(1, 2));
        }
        Stored stored = new Stored(lines).read(SinkFiles.in(directory));
        assertThat(stored.count()).isEqualTo(4);
        assertThat(stored.disordered()).isZero();
    }

    private StoredTest add(int sender, int sequence) throws IOException {
        file.write(line(sender, sequence));
        return this;
    }

    private byte[] line(int sender, int sequence) {
        byte[] line = new byte[Lines.LONGEST];
        return Arrays.copyOf(line, lines.write(line, 0, sender, sequence));
    }

    private Stored stored() throws IOException {
        Path written = Files.write(directory.resolve("messages.log"), file.toByteArray());
        return new Stored(lines).read(List.of(written));
    }

    private static Account sent(int sender, int attempted) {
        Account account = new Account(sender);
        account.attempts(attempted);
        return account;
    }
}
