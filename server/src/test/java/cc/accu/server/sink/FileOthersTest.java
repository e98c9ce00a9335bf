package cc.accu.server.sink;

import static cc.accu.server.sink.SinkContract.flushed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.LineWriter.HeldException;
import cc.accu.testing.ErrorOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to a file while it is written to. */
@Timeout(60)
class FileOthersTest {
    private static final String ALL = "sync=always";

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final AtomicLong seconds = new AtomicLong();

    private LogDirectory logs() {
        return new LogDirectory(directory.resolve("logs"));
    }

    private FileWriter open(String options) throws IOException {
        Files.createDirectories(logs().path());
        return logs().open(options, disk, () -> TimeUnit.SECONDS.toNanos(seconds.get()));
    }

    @ParameterizedTest
    @ValueSource(strings = {ALL, "sync=1h", "sync=never"})
    void makesAFileAnewThatWasRemovedBeforeItSaysThatMoreIsStored(String sync) throws IOException {
        try (FileWriter writer = open(sync)) {
            LogDirectory.store(writer, "one\n");
            Files.delete(logs().log());
            seconds.addAndGet(1);
            LogDirectory.store(writer, "two\n" + "x".repeat(20_000) + "\n");
            assertThat(logs().text()).isEqualTo("two\n" + "x".repeat(20_000) + "\n");
            LogDirectory.store(writer, "three\n");
        }
        assertThat(logs().text()).endsWith("x\nthree\n");
    }

    @Test
    void makesItAnewWhenARotationIsDue() throws IOException {
        try (FileWriter writer = open(ALL + "&rotate=8")) {
            LogDirectory.store(writer, "one\n");
            Files.delete(logs().log());
            LogDirectory.store(writer, "two\nsix\nten\n");
        }
        assertThat(logs().all()).isEqualTo("two\nsix\nten\n");
    }

    @Test
    void appendsToWhatSomebodyElsePutInThePlaceOfARemovedFile() throws IOException {
        try (FileWriter writer = open(ALL)) {
            LogDirectory.store(writer, "one\n");
            Files.delete(logs().log());
            Files.writeString(logs().log(), "theirs\ntorn");
            LogDirectory.store(writer, "two\n");
        }
        assertThat(logs().text()).isEqualTo("theirs\ntwo\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {ALL, "sync=never"})
    void holdsItsSendersWhileTheDirectoryIsGone(String sync) throws Exception {
        FileWriter writer = open(sync);
        try (Sink sink = new WriterSink("test-sink", writer)) {
            flushed(sink, Batches.of("one\n")).get(10, TimeUnit.SECONDS);
            remove(logs().path());
            seconds.addAndGet(1);
            CompletableFuture<Void> two = flushed(sink, Batches.of("two\n"));
            await().atMost(10, TimeUnit.SECONDS).until(() -> sink.held().isPresent());
            assertThat(sink.held()).contains("no-directory");
            assertThat(two).isNotDone();
            Files.createDirectory(logs().path());
            two.get(10, TimeUnit.SECONDS);
            await().atMost(10, TimeUnit.SECONDS).until(() -> sink.held().isEmpty());
            assertThat(logs().text()).isEqualTo("two\n");
            assertThatThrownBy(() -> logs().open("")).hasMessageContaining("another sink of this process");
            assertThat(logs().siblings(".messages.log.lock")).hasSize(1);
        }
    }

    private static void remove(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }
        });
        Files.delete(tree);
    }

    @Test
    void failsWhenThePlaceOfARemovedFileIsTakenForLong() throws IOException {
        try (FileWriter writer = open(ALL)) {
            LogDirectory.store(writer, "one\n");
            Files.delete(logs().log());
            Files.createSymbolicLink(logs().log(), directory.resolve("target"));
            try (LineBatch batch = Batches.of("two\n")) {
                writer.write(batch);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                seconds.addAndGet(29);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                seconds.addAndGet(1);
                assertThatThrownBy(writer::commit)
                        .isNotInstanceOf(HeldException.class)
                        .hasMessageContaining("symbolic link");
            }
        }
        assertThat(directory.resolve("target")).doesNotExist();
    }

    @Test
    void letsGoOfARemovedFileWhileTheDiskIsFull() throws Exception {
        disk.room.set(6);
        try (Sink sink = new WriterSink("test-sink", open(ALL))) {
            CompletableFuture<Void> stored = flushed(sink, Batches.of("first\nsecond\n"));
            await().atMost(10, TimeUnit.SECONDS).until(() -> sink.held().isPresent());
            assertThat(sink.held()).contains("no-space");
            Files.delete(logs().log());
            await().atMost(10, TimeUnit.SECONDS).until(() -> Files.exists(logs().log()));
            assertThat(stored).isNotDone();
            disk.room.set(1000);
            stored.get(10, TimeUnit.SECONDS);
        }
        assertThat(logs().text()).isEqualTo("first\nsecond\n");
    }

    @Test
    void goesOnInANewFileWhenAskedToWhileTheDiskIsFull() throws Exception {
        Path moved = directory.resolve("moved");
        disk.room.set(12);
        try (Sink sink = new WriterSink("test-sink", open(ALL))) {
            flushed(sink, Batches.of("first\n")).get(10, TimeUnit.SECONDS);
            CompletableFuture<Void> stored = flushed(sink, Batches.of("second\nthird\n"));
            await().atMost(10, TimeUnit.SECONDS).until(() -> sink.held().isPresent());
            Files.move(logs().log(), moved);
            sink.reopen();
            await().atMost(10, TimeUnit.SECONDS).until(() -> Files.exists(logs().log()));
            await().atMost(10, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(moved).hasContent("first"));
            disk.room.set(1000);
            stored.get(10, TimeUnit.SECONDS);
        }
        assertThat(logs().text()).isEqualTo("second\nthird\n");
    }

    @Test
    void triesAgainWhenItCannotReopen() throws IOException {
        Path moved = directory.resolve("moved");
        try (FileWriter writer = open(ALL)) {
            LogDirectory.store(writer, "one\n");
            Files.move(logs().log(), moved);
            disk.failure = "Too many open files";
            disk.failingOpens.set(1);
            writer.reopen();
            LogDirectory.store(writer, "two\n");
            seconds.addAndGet(1);
            LogDirectory.store(writer, "three\n");
        }
        assertThat(moved).hasContent("one\ntwo");
        assertThat(logs().text()).isEqualTo("three\n");
    }

    @Test
    void goesOnWithARenamedFileAndSaysSoOnceAfterAMinute() throws IOException {
        Path moved = directory.resolve("moved");
        try (FileWriter writer = open(ALL);
                ErrorOutput log = ErrorOutput.captured()) {
            LogDirectory.store(writer, "one\n");
            Files.move(logs().log(), moved);
            LogDirectory.store(writer, "two\n");
            for (int i = 0; i < 5; i++) {
                seconds.addAndGet(30);
                LogDirectory.store(writer, "more\n");
            }
            assertThat(log.text().lines().filter(line -> line.contains("SIGHUP")))
                    .hasSize(1);
        }
        assertThat(moved).content().startsWith("one\ntwo\nmore\n");
        assertThat(logs().log()).doesNotExist();
    }

    @Test
    void saysOnceThatSomebodyMadeTheFileShorter() throws IOException {
        try (FileWriter writer = open(ALL);
                ErrorOutput log = ErrorOutput.captured()) {
            LogDirectory.store(writer, "one\n");
            LogDirectory.store(writer, "two\n");
            for (int i = 0; i < 3; i++) {
                Files.write(logs().log(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
                LogDirectory.store(writer, "three\n");
            }
            assertThat(log.text().lines().filter(line -> line.contains("copytruncate")))
                    .hasSize(1);
        }
        assertThat(logs().text()).isEqualTo("three\n");
    }

    /** As people do when the disk is full: the file is cut off while a part of the lines is in it. */
    @ParameterizedTest
    @ValueSource(longs = {0, 2, 4, 7, 9})
    void writesAgainWhatIsNotCommittedWhenTheFileIsCutOffWhileHeld(long left) throws Exception {
        Files.createDirectories(logs().path());
        try (FileWriter writer = logs().open("sync=always", disk)) {
            LogDirectory.store(writer, "one\n");
            disk.room.set(5);
            try (LineBatch batch = Batches.of("two\nthree\n")) {
                writer.write(batch);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                assertThat(logs().text()).isEqualTo("one\ntwo\nt");
                cutOff(left);
                disk.room.set(1000);
                writer.commit();
            }
        }
        assertThat(logs().text()).isEqualTo(left >= 4 ? "one\ntwo\nthree\n" : "two\nthree\n");
        assertThat(logs().siblings("messages.log.torn-")).hasSize(left == 2 ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 8, 10})
    void writesAgainWhatIsNotCommittedWhenTheFileIsCutOffBeforeTheCommit(long left) throws Exception {
        Files.createDirectories(logs().path());
        try (FileWriter writer = logs().open("sync=always", disk)) {
            LogDirectory.store(writer, "one\n");
            disk.before = () -> cutOff(left);
            LogDirectory.store(writer, "two\nthree\n");
        }
        assertThat(logs().text()).isEqualTo(left >= 4 ? "one\ntwo\nthree\n" : "two\nthree\n");
    }

    private void cutOff(long bytes) {
        try (FileChannel file = FileChannel.open(logs().log(), StandardOpenOption.WRITE)) {
            file.truncate(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As event loops do: only the sink's threads open, rename and force. */
    @ParameterizedTest
    @ValueSource(strings = {"sync=always", "sync=20ms", "sync=never"})
    void leavesWhatTakesTimeToTheThreadsOfTheSink(String sync) throws Exception {
        Files.createDirectories(logs().path());
        FileWriter writer = logs().open(sync + "&rotate=100000&rotate=50ms", disk);
        disk.threads.clear();
        try (Sink sink = new WriterSink("file:test", writer)) {
            List<CompletableFuture<Void>> loops = new ArrayList<>();
            for (int loop = 0; loop < 3; loop++) {
                loops.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 2000; i++) {
                                flushed(sink, Batches.of("x".repeat(999) + "\n"));
                            }
                        },
                        task -> new Thread(task, "loop").start()));
            }
            CompletableFuture.allOf(loops.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            flushed(sink, Batches.of("last\n")).get(10, TimeUnit.SECONDS);
        }
        assertThat(logs().rotated()).hasSizeGreaterThan(10);
        assertThat(disk.threads).isNotEmpty().isSubsetOf("accu-sink-file", "accu-sink-sync");
    }
}
