package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.LineWriter.HeldException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileFailureTest {
    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    private LogDirectory logs() {
        return new LogDirectory(directory);
    }

    @Test
    void forcesOnceForEachCommit() throws IOException {
        try (FileWriter writer = logs().open("sync=always", disk)) {
            List<LineBatch> open = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                LogDirectory.write(writer, open, "line\n");
            }
            writer.commit();
            open.forEach(LineBatch::close);
            assertThat(disk.forces).hasValue(1);
            assertThat(disk.writes).hasValue(1);
        }
    }

    @Test
    void neverForcesBeforeItsEndIfToldSo() throws IOException {
        try (FileWriter writer = logs().open("sync=never", disk)) {
            LogDirectory.store(writer, "line\n");
            assertThat(disk.forces).hasValue(0);
        }
        assertThat(disk.forces).hasValue(1);
    }

    @Test
    void forcesAWhileAfterTheWriteIfToldSo() throws IOException {
        try (FileWriter writer = logs().open("sync=50ms", disk)) {
            LogDirectory.store(writer, "line\n");
            LogDirectory.store(writer, "line\n");
            assertThat(disk.forces.get()).isLessThan(2);
            await().atMost(5, TimeUnit.SECONDS).until(() -> disk.forces.get() == 1);
        }
    }

    @Test
    void writesWhatWasNotStoredToAFreshFileWhenSyncingFails() throws IOException {
        try (FileWriter writer = logs().open("sync=always", disk)) {
            LogDirectory.store(writer, "stored\n");
            disk.failingForces.set(1);
            LogDirectory.store(writer, "tail\n" + "x".repeat(20_000) + "\n");
            LogDirectory.store(writer, "next\n");
        }
        assertThat(logs().rotated()).hasSize(1);
        assertThat(logs().rotated().get(0)).hasContent("stored");
        assertThat(logs().all()).isEqualTo("stored\ntail\n" + "x".repeat(20_000) + "\nnext\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync=always", "sync=never", "sync=1h"})
    void writesEveryLineOnceWhenAWriteFailsInTheMiddle(String sync) throws IOException {
        try (FileWriter writer = logs().open(sync, disk)) {
            LogDirectory.store(writer, "stored\n");
            disk.room.set(3);
            disk.whenFull = "Input/output error";
            List<LineBatch> open = new ArrayList<>();
            LogDirectory.write(writer, open, "first\n");
            LogDirectory.write(writer, open, "second\n");
            assertThatThrownBy(writer::commit).hasMessage("Input/output error");
        }
        // the fresh file has no room either
        assertThat(logs().all()).startsWith("stored\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync=always", "sync=never", "sync=1h"})
    void leavesNoTornLineBehindWhenAWriteFailsOnce(String sync) throws IOException {
        try (FileWriter writer = logs().open(sync, disk)) {
            LogDirectory.store(writer, "stored\n");
            List<LineBatch> open = new ArrayList<>();
            LogDirectory.write(writer, open, "y".repeat(300_000) + "\n");
            disk.failingWrites.set(1);
            LogDirectory.write(writer, open, "first\nsecond\n");
            writer.commit();
            open.forEach(LineBatch::close);
        }
        assertThat(logs().rotated()).hasSize(1);
        assertThat(logs().rotated().get(0)).hasContent("stored");
        assertThat(logs().text()).isEqualTo("y".repeat(300_000) + "\nfirst\nsecond\n");
    }

    @Test
    void failsWhenTheFreshFileFailsToo() throws IOException {
        try (FileWriter writer = logs().open("sync=always", disk)) {
            disk.failingForces.set(2);
            LineBatch batch = Batches.of("line\n");
            writer.write(batch);
            assertThatThrownBy(writer::commit).isInstanceOf(IOException.class).hasMessage("Input/output error");
            batch.close();
        }
    }

    @Test
    void goesOnInAFreshFileWhenSyncingLaterFailed() throws IOException {
        try (FileWriter writer = logs().open("sync=20ms", disk)) {
            disk.failingForces.set(1);
            LogDirectory.store(writer, "one\n");
            await().atMost(5, TimeUnit.SECONDS).until(() -> disk.failingForces.get() == 0);
            await().atMost(5, TimeUnit.SECONDS).until(() -> {
                LogDirectory.store(writer, "more\n");
                return !logs().rotated().isEmpty();
            });
        }
        assertThat(logs().all()).startsWith("one\nmore\n").endsWith("more\n");
    }

    @Test
    void goesOnAtTheByteWhereTheDiskWasFull() throws IOException {
        String lines = "0123456789\n".repeat(40_000);
        try (FileWriter writer = logs().open("sync=always&rotate=100000", disk)) {
            disk.room.set(12_345);
            LineBatch batch = Batches.of(lines);
            assertThatThrownBy(() -> writer.write(batch)).isInstanceOf(HeldException.class);
            while (true) {
                disk.room.set(7_001);
                try {
                    writer.commit();
                    break;
                } catch (HeldException again) {
                    assertThat(lines).startsWith(logs().all());
                }
            }
            batch.close();
        }
        assertThat(logs().all()).isEqualTo(lines);
        assertThat(logs().rotated()).hasSizeGreaterThan(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Too many open files",
                "No space left on device",
                "Disk quota exceeded",
                "Operation not permitted"
            })
    void goesOnInItsFileWhenItCannotRotate(String failure) throws IOException {
        disk.failure = failure;
        try (FileWriter writer = logs().open("sync=always&rotate=4", disk)) {
            LogDirectory.store(writer, "one\n");
            disk.failingOpens.set(1);
            LogDirectory.store(writer, "two\n");
        }
        assertThat(logs().text()).isEqualTo("one\ntwo\n");
    }

    @Test
    void makesItsNameAnewWhenSyncingTheDirectoryFailsAgainAndAgain() throws Exception {
        FileWriter writer = logs().open("sync=always&rotate=4", disk);
        try (Sink sink = new WriterSink("test-sink", writer)) {
            SinkContract.flushed(sink, Batches.of("one\n")).get(10, TimeUnit.SECONDS);
            disk.failingDirectories.set(3);
            SinkContract.flushed(sink, Batches.of("two\n")).get(10, TimeUnit.SECONDS);
            SinkContract.flushed(sink, Batches.of("six\n")).get(10, TimeUnit.SECONDS);
        }
        assertThat(disk.failingDirectories).hasValue(0);
        assertThat(logs().all()).isEqualTo("one\ntwo\nsix\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded", "Too many open files"})
    void goesOnInAFreshFileWhenThereWasNoRoomForSyncing(String failure) throws Exception {
        disk.failure = failure;
        try (Sink sink = new WriterSink("test-sink", logs().open("sync=always", disk))) {
            SinkContract.flushed(sink, Batches.of("one\n")).get(10, TimeUnit.SECONDS);
            disk.failingForces.set(4);
            SinkContract.flushed(sink, Batches.of("two\n")).get(10, TimeUnit.SECONDS);
            assertThat(disk.failingForces).hasValue(0);
        }
        assertThat(logs().rotated()).hasSize(1);
        assertThat(logs().rotated().get(0)).hasContent("one");
        assertThat(logs().text()).isEqualTo("two\n");
    }

    @Test
    void triesForAWhileToMakeAFreshFile() throws IOException {
        AtomicLong seconds = new AtomicLong();
        try (FileWriter writer = logs().open("sync=always", disk, () -> TimeUnit.SECONDS.toNanos(seconds.get()))) {
            LogDirectory.store(writer, "one\n");
            disk.failingForces.set(1);
            disk.failingOpens.set(4);
            try (LineBatch batch = Batches.of("two\n")) {
                writer.write(batch);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                seconds.set(29);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                disk.failure = "No space left on device"; // that is waited for without end
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                disk.failure = "Input/output error";
                seconds.set(1000);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                writer.commit();
            }
            assertThat(logs().text()).isEqualTo("two\n");
        }
    }

    @Test
    void failsWhenItCannotMakeAFreshFileForLong() throws IOException {
        AtomicLong seconds = new AtomicLong();
        try (FileWriter writer = logs().open("sync=always", disk, () -> TimeUnit.SECONDS.toNanos(seconds.get()))) {
            LogDirectory.store(writer, "one\n");
            disk.failingForces.set(1);
            disk.failingOpens.set(Integer.MAX_VALUE);
            try (LineBatch batch = Batches.of("two\n")) {
                writer.write(batch);
                assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
                seconds.set(30);
                assertThatThrownBy(writer::commit)
                        .isNotInstanceOf(HeldException.class)
                        .hasMessageContaining("the disk reported an error");
            }
        }
        assertThat(logs().all()).startsWith("one\n");
    }

    @Test
    void stopsWaitingForRoomAtAStartThatIsInterrupted() throws Exception {
        Files.writeString(logs().log(), "one\n");
        disk.failure = "No space left on device";
        disk.failingOpens.set(Integer.MAX_VALUE);
        AtomicReference<RuntimeException> problem = new AtomicReference<>();
        AtomicBoolean flagStays = new AtomicBoolean();
        Thread starter = new Thread(() -> {
            try {
                logs().open("", disk);
            } catch (SinkException refused) {
                problem.set(refused);
            }
            flagStays.set(Thread.currentThread().isInterrupted());
        });
        starter.start();
        await().atMost(10, TimeUnit.SECONDS).until(() -> starter.getState() == Thread.State.TIMED_WAITING);
        starter.interrupt();
        starter.join(10_000);
        assertThat(problem.get()).hasMessageContaining("no space left on the device; make room");
        assertThat(flagStays).isTrue();
        logs().open("").close();
    }

    @Test
    void resumesOnARealFullDisk() throws Exception {
        onADiskOfAMegabyte(() -> {
            Path ballast = directory.resolve("ballast");
            Files.write(ballast, new byte[600_000]);
            String lines = "0123456789abcdef\n".repeat(40_000);
            try (Sink sink = Sinks.parse("file:" + logs().log()).open()) {
                var stored = SinkContract.flushed(sink, Batches.of(lines));
                await().atMost(10, TimeUnit.SECONDS).until(() -> Files.size(logs().log()) > 300_000);
                assertThat(stored).isNotDone();
                Files.delete(ballast);
                stored.get(10, TimeUnit.SECONDS);
            }
            assertThat(logs().all()).isEqualTo(lines);
        });
    }

    @Test
    void startsOnARealFullDiskWhenThereIsRoomForTheUnfinishedLine() throws Exception {
        onADiskOfAMegabyte(() -> {
            Files.writeString(logs().log(), "one\ntor");
            Path ballast = directory.resolve("ballast");
            fill(ballast);
            CompletableFuture<Sink> start = CompletableFuture.supplyAsync(
                    () -> Sinks.parse("file:" + logs().log()).open());
            await().during(300, TimeUnit.MILLISECONDS).until(() -> !start.isDone());
            Files.delete(ballast);
            try (Sink sink = start.get(10, TimeUnit.SECONDS)) {
                SinkContract.flushed(sink, Batches.of("two\n")).get(10, TimeUnit.SECONDS);
            }
            assertThat(logs().all()).isEqualTo("one\ntwo\n");
        });
    }

    @Test
    void makesRoomOnARealFullDiskByWhatItMayNotKeep() throws Exception {
        onADiskOfAMegabyte(() -> {
            Files.write(directory.resolve("ballast"), new byte[300_000]);
            Random random = new Random(1);
            try (Sink sink = Sinks.parse("file:" + logs().log() + "?rotate=100k&compress=gzip&keep-size=500k")
                    .open()) {
                for (int i = 0; i < 40; i++) {
                    byte[] incompressible = new byte[50_000];
                    random.nextBytes(incompressible);
                    String lines = HexFormat.of().formatHex(incompressible) + "\n";
                    SinkContract.flushed(sink, Batches.of(lines)).get(30, TimeUnit.SECONDS);
                }
            }
        });
    }

    /** What a test does that needs root, for its disk. */
    private interface Body {
        void run() throws Exception;
    }

    private void onADiskOfAMegabyte(Body test) throws Exception {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "accu-test", directory.toString()))
                .as("mounting a tmpfs, which takes root")
                .isZero();
        try {
            test.run();
        } finally {
            run("umount", directory.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream ballast = Files.newOutputStream(file)) {
            while (true) {
                ballast.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
