package cc.accu.server.internal.spool;

import static cc.accu.server.internal.spool.SpoolDirectory.flushed;
import static cc.accu.server.internal.spool.SpoolDirectory.next;
import static cc.accu.server.internal.spool.SpoolDirectory.read;
import static cc.accu.server.internal.spool.SpoolDirectory.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import cc.accu.server.sink.OpenSpool;
import cc.accu.testing.ErrorOutput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people, backups and disks do to a spool loses nothing without a word, and stops nobody for good. */
@Timeout(60)
class SpoolHostileTest {
    private static final int PLACE_BYTES = 512;

    @TempDir
    Path directory;

    private SpoolDirectory spools() {
        return new SpoolDirectory(directory.resolve("spool"));
    }

    private Path lines() {
        return spools().path().resolve("lines");
    }

    private Path position() {
        return spools().path().resolve("position");
    }

    private static void damage(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {'!'}), at);
        }
    }

    /** Three lines, of which two are confirmed, one after the other. */
    private void storeThree() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two", "three");
            read(spool);
            spool.reader().confirm(1);
        }
        try (OpenSpool spool = spools().open()) {
            read(spool);
            spool.reader().confirm(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void goesOnFromTheOtherPlaceWhenOneOfThePositionIsDamaged(int place) throws Exception {
        storeThree();
        damage(position(), (long) place * PLACE_BYTES + 30);
        try (ErrorOutput log = ErrorOutput.captured();
                OpenSpool spool = spools().open()) {
            assertThat(log.text()).contains("the file position is damaged in one of its two places");
            assertThat(read(spool)).endsWith("3 three").hasSizeLessThanOrEqualTo(2);
            spool.reader().confirm(3);
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.depthLines()).isZero();
        }
    }

    @Test
    void missesNoLinesThatWereForwardedLongAgoWhenThePositionIsLost() throws Exception {
        try (OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024)) {
            fill(spool, 50);
            read(spool);
            spool.reader().confirm(40);
        }
        damage(position(), 30);
        damage(position(), PLACE_BYTES + 30);
        try (ErrorOutput log = ErrorOutput.captured()) {
            try (OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024)) {
                List<String> all = read(spool);
                assertThat(spool.depthLines()).isEqualTo(all.size()).isBetween(10L, 49L);
                assertThat(all.get(all.size() - 1)).startsWith("50 ");
            }
            assertThat(log.text())
                    .contains("all that are there are forwarded again")
                    .doesNotContain("missing");
        }
    }

    private static void fill(OpenSpool spool, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            store(spool, "x".repeat(20_000));
        }
    }

    @Test
    void forwardsAllAgainWhenThePositionIsOfAnotherSpool() throws Exception {
        storeThree();
        SpoolDirectory other = new SpoolDirectory(directory.resolve("other"));
        try (OpenSpool spool = other.open()) {
            store(spool, "a", "b", "c", "d");
            read(spool);
            spool.reader().confirm(4);
        }
        Files.move(other.path().resolve("position"), position(), StandardCopyOption.REPLACE_EXISTING);
        try (ErrorOutput log = ErrorOutput.captured();
                OpenSpool spool = spools().open()) {
            assertThat(log.text()).contains("the file position is another spool's");
            store(spool, "four");
            assertThat(read(spool)).containsExactly("1 one", "2 two", "3 three", "4 four");
        }
    }

    @Test
    void givesNoPositionAgainWhenLinesComeOutOfABackup() throws Exception {
        Path backup = directory.resolve("backup");
        try (OpenSpool spool = spools().open()) {
            store(spool, "one");
            Files.copy(lines(), backup);
            store(spool, "two", "three");
            read(spool);
            spool.reader().confirm(2);
        }
        byte[] whole = Files.readAllBytes(lines());
        Files.move(backup, lines(), StandardCopyOption.REPLACE_EXISTING);
        try (ErrorOutput log = ErrorOutput.captured();
                OpenSpool spool = spools().open()) {
            assertThat(log.text()).contains("lines up to line 2 are forwarded, and the files end at line 1");
            store(spool, "new");
            assertThat(read(spool)).containsExactly("3 new");
        }
        Files.delete(position());
        Files.copy(lines(), spools().path().resolve("lines.20990101T000000000Z"));
        Files.write(spools().path().resolve("lines.20000101T000000000Z"), whole);
        try (OpenSpool spool = spools().open()) {
            store(spool, "newest");
            assertThat(read(spool)).endsWith("4 newest");
        }
    }

    @Test
    void handsOutOnceWhatIsThereTwice() throws Exception {
        storeThree();
        Files.copy(lines(), spools().path().resolve("lines.20000101T000000000Z"));
        Files.copy(lines(), spools().path().resolve("lines.20000101T000000001Z"));
        Files.delete(position());
        try (OpenSpool spool = spools().open()) {
            store(spool, "four");
            assertThat(read(spool)).containsExactly("1 one", "2 two", "3 three", "4 four");
            spool.reader().confirm(4);
            assertThat(spool.depthBytes()).isZero();
        }
    }

    @Test
    void keepsItsPositionWhenItsFileIsRemovedOrReplacedWhileItIsOpen() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two", "three");
            read(spool);
            Files.delete(position());
            spool.reader().confirm(1);
            await().until(() -> next(spool).isEmpty() && Files.exists(position()));
            Files.delete(position());
            Files.write(position(), new byte[2000]);
            spool.reader().confirm(2);
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(read(spool)).containsExactly("3 three");
        }
    }

    /** As on a disk that is full or read-only just there. */
    @Test
    void goesOnWhileItsPositionCannotBeKept() throws Exception {
        try (ErrorOutput log = ErrorOutput.captured()) {
            try (OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024)) {
                Files.delete(position());
                Files.createDirectories(position().resolve("in-the-way"));
                for (int i = 1; i <= 100; i++) {
                    flushed(spool, Batches.of("x".repeat(20_000) + "\n")).get(10, TimeUnit.SECONDS);
                    assertThat(read(spool)).hasSize(1);
                    spool.reader().confirm(i);
                }
                assertThat(spools().bytes()).isLessThanOrEqualTo(1024 * 1024);
                assertThat(spool.depthLines()).isZero();
            }
            assertThat(log.text()).containsOnlyOnce("cannot keep up to where lines are forwarded");
        }
    }

    @Test
    void holdsItsSendersWhileItsDirectoryIsGoneAndNeverSpins() throws Exception {
        try (OpenSpool spool = spools().open();
                ErrorOutput log = ErrorOutput.captured()) {
            store(spool, "one");
            deleteAll(spools().path());
            CompletableFuture<Void> second = flushed(spool, Batches.of("two\n"));
            await().until(() -> spool.sink().held().isPresent());
            assertThat(second).isNotDone();
            assertThat(read(spool)).as("from the open file").containsExactly("1 one");
            assertThatThrownBy(() -> spool.reader().rewind()).isInstanceOf(IOException.class);
            long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long start = System.nanoTime();
            assertThatThrownBy(() -> spool.reader().next(Duration.ofMillis(500)))
                    .isInstanceOf(IOException.class);
            assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(499));
            assertThat(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu)
                    .isLessThan(TimeUnit.MILLISECONDS.toNanos(250));
            Files.createDirectory(spools().path());
            second.get(10, TimeUnit.SECONDS);
            assertThat(read(spool)).containsExactly("2 two");
            assertThat(log.text()).contains("1 lines up to line 1 are damaged or missing");
            spool.reader().confirm(2);
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.depthLines()).isZero();
            store(spool, "three");
            assertThat(read(spool)).containsExactly("3 three");
        }
    }

    private static void deleteAll(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(path);
    }

    @Test
    void goesOnInADirectoryThatWasMovedAway() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one");
            Files.move(spools().path(), directory.resolve("moved"));
            Files.createDirectory(spools().path());
            store(spool, "two");
            assertThat(read(spool)).containsExactly("1 one", "2 two");
            spool.reader().confirm(2);
        }
        try (OpenSpool spool = spools().open()) {
            store(spool, "three");
            assertThat(read(spool)).containsExactly("3 three");
        }
    }

    /** What comes then may end just where the reader is. */
    @Test
    void handsOutWhatCameAfterItsFileWasEmptied() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one");
            assertThat(read(spool)).containsExactly("1 one");
            Files.write(spools().path().resolve("lines"), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
            store(spool, "two");
            assertThat(read(spool)).containsExactly("2 two");
            spool.reader().confirm(2);
            assertThat(spool.depthLines()).isZero();
        }
    }

    @Test
    void takesMoreWhenSomebodyMakesRoomInIt() throws Exception {
        try (OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024);
                ErrorOutput log = ErrorOutput.captured()) {
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            for (int i = 1; i <= 60; i++) {
                stored.add(flushed(spool, Batches.of("x".repeat(20_000) + "\n")));
            }
            await().until(() -> spool.sink().held().isPresent());
            List<Path> files = spools().segments();
            assertThat(files).hasSizeGreaterThan(3); // the first is read, the last is written to
            for (Path file : files.subList(1, files.size() - 1)) {
                Files.delete(file);
            }
            CompletableFuture<Void> last = stored.get(stored.size() - 1);
            assertThat(last).isNotDone();
            SpoolDirectory.numbered(next(spool).orElseThrow());
            await().until(() -> {
                spool.reader().next(Duration.ofMillis(10)).ifPresent(SpoolDirectory::numbered);
                return last.isDone();
            });
            read(spool);
            spool.reader().confirm(60);
            assertThat(spool.depthLines()).isZero();
            spool.reader().close();
            assertThat(log.text())
                    .contains("somebody removed or shortened some")
                    .containsPattern("[1-9]\\d* lines up to line \\d+ are damaged or missing");
        }
    }

    @Test
    void goesOnAfterItsReaderWasInterrupted() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two");
            assertThat(SpoolDirectory.numbered(next(spool).orElseThrow())).containsExactly("1 one");
            store(spool, "three");
            for (int i = 0; i < 2; i++) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> read(spool)).isInstanceOfAny(IOException.class, InterruptedException.class);
                Thread.interrupted();
                spool.reader().confirm(1);
            }
            assertThat(read(spool)).endsWith("3 three");
        }
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.depthLines()).isEqualTo(2);
        }
    }

    @Test
    void dropsWhatACrashHasTorn() throws Exception {
        storeThree();
        Files.writeString(lines(), "accu-spool/1 torn", StandardOpenOption.APPEND);
        try (ErrorOutput log = ErrorOutput.captured();
                OpenSpool spool = spools().open()) {
            assertThat(log.text())
                    .contains("ended with 17 bytes of an unfinished line")
                    .contains("are dropped");
            assertThat(read(spool)).containsExactly("3 three");
            try (Stream<Path> files = Files.list(spools().path())) {
                assertThat(files).noneMatch(file -> file.toString().contains("torn"));
            }
        }
    }

    @Test
    void deletesLaterWhatCannotBeDeletedNow() throws Exception {
        Files.createDirectory(spools().path());
        try (ErrorOutput log = ErrorOutput.captured();
                OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024)) {
            fill(spool, 8);
            read(spool);
            int files = spools().segments().size();
            String path = spools().path().toString();
            assumeThat(run("mount", "--bind", path, path))
                    .as("mounting, which takes root")
                    .isZero();
            try {
                assertThat(run("mount", "-o", "remount,ro,bind", path)).isZero();
                spool.reader().confirm(8);
                await().until(() -> next(spool).isEmpty() && log.text().contains("cannot delete"));
                assertThat(next(spool)).isEmpty();
                assertThat(spools().segments()).hasSize(files);
            } finally {
                run("umount", "-l", path);
            }
            await().until(() -> next(spool).isEmpty() && spools().segments().size() < files);
            assertThat(log.text()).containsOnlyOnce("cannot delete");
            store(spool, "new");
            assertThat(read(spool)).containsExactly("9 new");
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void tellsAnOutageWhenTheClockWasSetBack() {
        SpoolProgress progress = new SpoolProgress("spool:/tmp", 1000, 0, 0, 0);
        progress.committed(1, 100, System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1));
        await().until(() -> progress.age().toMillis() > 50);
        progress.confirmed(1);
        assertThat(progress.age()).isZero();
    }

    @Test
    void holdsNoMoreMemoryThanTheLinesThatAreOut() throws Exception {
        try (OpenSpool spool = spools().open()) {
            List<LineBatch> out = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                flushed(spool, Batches.of("x".repeat(i * 100) + "\n")).get(10, TimeUnit.SECONDS);
                out.add(next(spool).orElseThrow().batch());
            }
            assertThat(out.stream().mapToInt(LineBatch::heldBytes).sum())
                    .isEqualTo(out.stream().mapToInt(LineBatch::bytes).sum());
            out.forEach(LineBatch::close);
        }
    }
}
