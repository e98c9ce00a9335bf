package cc.accu.server.internal.spool;

import static cc.accu.server.internal.spool.SpoolDirectory.flushed;
import static cc.accu.server.internal.spool.SpoolDirectory.next;
import static cc.accu.server.internal.spool.SpoolDirectory.read;
import static cc.accu.server.internal.spool.SpoolDirectory.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.line.Durability;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.sink.Batches;
import cc.accu.server.sink.OpenSpool;
import cc.accu.server.sink.SinkException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SpoolTest {
    @TempDir
    Path directory;

    private SpoolDirectory spools() {
        return new SpoolDirectory(directory.resolve("spool"));
    }

    @Test
    void handsOutWhatIsStoredInOrderAndCountsItsLines() throws Exception {
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.sink().durability()).isEqualTo(Durability.FSYNC);
            flushed(spool, Batches.of("one\ntwo\n")).get(10, TimeUnit.SECONDS);
            store(spool, "three");
            assertThat(read(spool)).containsExactly("1 one", "2 two", "3 three");
            assertThat(read(spool)).isEmpty();
        }
    }

    @Test
    void handsOutNothingBeforeItIsCommitted() throws Exception {
        try (OpenSpool spool = spools().open()) {
            CompletableFuture<Void> stored = SpoolDirectory.accepted(spool.sink(), Batches.of("one\n"));
            assertThat(next(spool)).isEmpty();
            spool.sink().flush();
            stored.get(10, TimeUnit.SECONDS);
            assertThat(read(spool)).containsExactly("1 one");
        }
    }

    @Test
    void waitsForLinesThatComeLater() throws Exception {
        try (OpenSpool spool = spools().open()) {
            CompletableFuture<List<String>> got = CompletableFuture.supplyAsync(() -> {
                try {
                    return SpoolDirectory.numbered(
                            spool.reader().next(Duration.ofSeconds(20)).orElseThrow());
                } catch (IOException | InterruptedException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            store(spool, "late");
            assertThat(got.get(10, TimeUnit.SECONDS)).containsExactly("1 late");
        }
    }

    @Test
    void keepsWhoSentALine() throws Exception {
        List<Origin> origins = List.of(
                Batches.TCP,
                Origin.of("unix /tmp/a b%2F\n\t+.sock", "gr\u00fc\u00dfe=1,+%"),
                new Origin(
                        "unix @accu",
                        "pid=4242,uid=1000",
                        Optional.of(new Origin.Credentials(4242, 1000, 100)),
                        Optional.empty()),
                Origin.of("", ""));
        try (OpenSpool spool = spools().open()) {
            for (Origin origin : origins) {
                for (Optional<End> end : List.of(Optional.of(End.RESET), Optional.<End>empty(), Optional.of(End.EOF))) {
                    ByteBuf line = Unpooled.copiedBuffer("a\n".getBytes(StandardCharsets.UTF_8));
                    flushed(spool, new LineBatch(line, 1, origin, 77, Batches.MILLIS, true, end.orElse(null)))
                            .get(10, TimeUnit.SECONDS);
                    try (LineBatch batch = next(spool).orElseThrow().batch()) {
                        assertThat(batch.origin()).isEqualTo(origin);
                        assertThat(batch.end()).isEqualTo(end);
                        assertThat(batch.cut()).isTrue();
                        assertThat(batch.firstNumber()).isEqualTo(77);
                        assertThat(batch.receivedMillis()).isEqualTo(Batches.MILLIS);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 16 * 1024, 128 * 1024 - 1, 128 * 1024, 256 * 1024, 1024 * 1024, 3_000_000})
    void handsOutLinesOfAnySizeAndBytesAsTheyCame(int bytes) throws Exception {
        byte[] line = new byte[bytes];
        new Random(bytes).nextBytes(line);
        for (int i = 0; i < bytes; i++) {
            line[i] = line[i] == '\n' ? (byte) '\r' : line[i];
        }
        ByteBuf lines = Unpooled.buffer();
        lines.writeBytes("before\n".getBytes(StandardCharsets.UTF_8))
                .writeBytes(line)
                .writeByte('\n');
        lines.writeBytes("accu-spool/1 after\n".getBytes(StandardCharsets.UTF_8));
        byte[] sent = ByteBufUtil.getBytes(lines);
        try (OpenSpool spool = spools().open()) {
            flushed(spool, LineBatch.of(lines, 3, Batches.TCP, 5, Batches.MILLIS))
                    .get(10, TimeUnit.SECONDS);
            ByteBuf got = Unpooled.buffer();
            long number = 5;
            for (Optional<SpoolReader.Spooled> next = next(spool); next.isPresent(); next = next(spool)) {
                try (LineBatch batch = next.get().batch()) {
                    assertThat(next.get().position()).isEqualTo(number - 4);
                    assertThat(batch.firstNumber()).isEqualTo(number);
                    number += batch.count();
                    got.writeBytes(batch.lines());
                }
            }
            assertThat(number).isEqualTo(8);
            assertThat(ByteBufUtil.getBytes(got)).isEqualTo(sent);
        }
    }

    @Test
    void repeatsOnlyWhatIsNotConfirmedAfterARestart() throws Exception {
        String id;
        try (OpenSpool spool = spools().open()) {
            id = spool.id();
            assertThat(id).matches("[0-9a-f]{16}");
            flushed(spool, Batches.of("one\ntwo\nthree\n")).get(10, TimeUnit.SECONDS);
            store(spool, "four");
            assertThat(read(spool)).hasSize(4);
            spool.reader().confirm(2);
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.id()).isEqualTo(id);
            assertThat(spool.depthLines()).isEqualTo(2);
            store(spool, "five");
            assertThat(read(spool)).containsExactly("3 three", "4 four", "5 five");
            spool.reader().confirm(5);
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(read(spool)).isEmpty();
            store(spool, "six");
            assertThat(read(spool)).containsExactly("6 six");
        }
    }

    @Test
    void handsOutAgainWhatIsNotConfirmedWhenRewound() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two", "three");
            assertThat(read(spool)).hasSize(3);
            spool.reader().confirm(1);
            spool.reader().rewind();
            spool.reader().confirm(2); // which comes late
            assertThat(read(spool)).containsExactly("3 three");
            spool.reader().confirm(3);
            assertThat(spool.depthLines()).isZero();
            assertThat(spool.depthBytes()).isZero();
        }
    }

    @Test
    void refusesToConfirmWhatIsNotThere() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one");
            assertThatThrownBy(() -> spool.reader().confirm(2)).hasMessageContaining("line 2 is not in the spool");
        }
    }

    @Test
    void tellsHowMuchWaitsAndHowLong() throws Exception {
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.age()).isZero();
            assertThat(spool.depthBytes()).isZero();
            store(spool, "one", "two"); // received in 2026
            assertThat(spool.depthLines()).isEqualTo(2);
            assertThat(spool.depthBytes()).isEqualTo(spools().bytes());
            Duration age = spool.age();
            assertThat(age.toMillis()).isBetween(1L, System.currentTimeMillis() - Batches.MILLIS);
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.depthBytes()).isEqualTo(spools().bytes());
            assertThat(spool.age().toMillis()).isGreaterThan(System.currentTimeMillis() - Batches.MILLIS - 60_000);
            read(spool);
            spool.reader().confirm(1);
            assertThat(spool.depthBytes()).isBetween(1L, spools().bytes() / 2 + 1);
            spool.reader().confirm(2);
            assertThat(spool.depthBytes()).isZero();
            assertThat(spool.age()).isZero();
        }
    }

    @Test
    void deletesFilesOfWhichAllIsConfirmed() throws Exception {
        try (OpenSpool spool = OpenSpool.open(spools().path(), 2 * 1024 * 1024)) {
            String line = "x".repeat(10_000);
            for (int i = 0; i < 100; i++) {
                store(spool, line);
            }
            assertThat(spools().segments()).hasSizeGreaterThan(4);
            assertThat(read(spool)).hasSize(100);
            spool.reader().confirm(50);
            spool.reader().close();
            assertThat(spools().bytes()).isLessThan(700_000);
        }
        try (OpenSpool spool = OpenSpool.open(spools().path(), 2 * 1024 * 1024)) {
            assertThat(read(spool)).hasSize(50).first().asString().startsWith("51 xxx");
            spool.reader().confirm(100);
        }
        assertThat(spools().segments()).hasSize(1);
    }

    @Test
    void losesNothingWhereFilesEndWhileMuchIsWritten() throws Exception {
        int batches = 5_000;
        try (OpenSpool spool = OpenSpool.open(spools().path(), 16 * 1024 * 1024)) {
            Random random = new Random(1);
            CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
            for (int i = 0; i < batches; i++) {
                String line = "x".repeat(random.nextInt(2_000));
                last = SpoolDirectory.accepted(spool.sink(), Batches.of(line + "\n"));
            }
            spool.sink().flush();
            last.get(20, TimeUnit.SECONDS);
            assertThat(spools().segments()).hasSizeGreaterThan(2);
            assertThat(read(spool)).hasSize(batches).last().asString().startsWith(batches + " x");
        }
    }

    @Test
    void isForItsOwnerAndGroup() throws Exception {
        spools().open().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spools().path())))
                .isEqualTo("rwxr-x---");
    }

    @Test
    void refusesADirectoryThatHasASpoolAlready() throws Exception {
        try (OpenSpool spool = spools().open()) {
            assertThatThrownBy(() -> spools().open())
                    .isInstanceOf(SinkException.class)
                    .hasMessageStartingWith("cannot open spool:" + spools().path() + ": another sink of this process");
            store(spool, "one");
            spool.sink().close();
            assertThatThrownBy(() -> spools().open()).isInstanceOf(SinkException.class);
        }
        spools().open().close();
    }

    @Test
    void refusesWhatIsNoDirectory() throws Exception {
        Files.createFile(spools().path());
        assertThatThrownBy(() -> spools().open())
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("is not a directory; choose another path");
        assertThatThrownBy(() -> OpenSpool.open(directory.resolve("a/b"), 1))
                .hasMessageContaining("the directory " + directory.resolve("a") + " does not exist; create it");
    }
}
