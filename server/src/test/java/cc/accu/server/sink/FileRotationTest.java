package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileRotationTest {
    @TempDir
    Path directory;

    private LogDirectory logs() {
        return new LogDirectory(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sync=always", "sync=never", "sync=5ms"})
    void putsEachLineInOneFileInOrderAndNoFileOverTheLimit(String sync) throws IOException {
        for (long seed = 1; seed <= 4; seed++) {
            LogDirectory logs = new LogDirectory(Files.createDirectory(directory.resolve("seed" + seed)));
            Random random = new Random(seed);
            StringBuilder sent = new StringBuilder();
            try (FileWriter writer = logs.open("rotate=20000&" + sync)) {
                for (int group = 0; group < 12; group++) {
                    List<LineBatch> open = new ArrayList<>();
                    for (int i = random.nextInt(6); i >= 0; i--) {
                        String lines = randomLines(random);
                        sent.append(lines);
                        LogDirectory.write(writer, open, lines);
                    }
                    writer.commit();
                    open.forEach(LineBatch::close);
                }
            }
            assertThat(logs.all()).as("seed %d", seed).isEqualTo(sent.toString());
            List<Path> files = new ArrayList<>(logs.rotated());
            assertThat(files).hasSizeGreaterThan(5);
            files.add(logs.log());
            for (Path file : files) {
                String text = Files.readString(file);
                boolean oneLine = text.indexOf('\n') == text.length() - 1;
                assertThat(text.length() <= 20_000 || oneLine)
                        .as("seed %d: %s", seed, file)
                        .isTrue();
                assertThat(text).as("seed %d: %s", seed, file).endsWith("\n");
            }
        }
    }

    /** Mostly short lines; batches on both sides of the border between copying and referencing; some lines too large. */
    private static String randomLines(Random random) {
        StringBuilder lines = new StringBuilder();
        int bytes = random.nextBoolean() ? random.nextInt(300) : random.nextInt(60_000);
        int longest = random.nextInt(10) == 0 ? 30_000 : 200;
        do {
            lines.append("abcdefghij".repeat(random.nextInt(longest) / 10 + 1), 0, random.nextInt(10));
            lines.append("x".repeat(random.nextInt(longest))).append('\n');
        } while (lines.length() < bytes);
        return lines.toString();
    }

    @Test
    void cutsFormattedLinesAtTheirEnds() throws IOException {
        try (Sink sink =
                Sinks.parse("file:" + logs().log() + "?rotate=200&format=json").open()) {
            SinkContract.accepted(sink, Batches.of("one\ntwo\nthree\nfour\n"));
        }
        assertThat(logs().rotated()).hasSizeGreaterThan(1);
        assertThat(logs().all().lines()).hasSize(4).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }

    @Test
    void losesNothingWhileItRotatesEveryTenMilliseconds() throws Exception {
        StringBuilder sent = new StringBuilder();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        try (Sink sink = new WriterSink("test-sink", logs().open("rotate=10ms"))) {
            for (int i = 0; System.nanoTime() < end; i++) {
                sent.append(i).append('\n');
                SinkContract.flushed(sink, Batches.of(i + "\n")).get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(logs().all()).isEqualTo(sent.toString());
        assertThat(logs().rotated())
                .hasSizeGreaterThan(5)
                .allMatch(file -> !LogDirectory.read(file).isEmpty());
    }

    @Test
    void countsTheAgeOfAFileFromItsFirstStart() throws Exception {
        for (int start = 0; start < 2; start++) {
            try (FileWriter writer = logs().open("rotate=300ms")) {
                LogDirectory.store(writer, "early\n");
            }
        }
        assertThat(logs().rotated()).isEmpty();
        await().pollDelay(400, TimeUnit.MILLISECONDS).until(() -> true);
        Files.setLastModifiedTime(
                logs().log(), java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis()));
        try (FileWriter writer = logs().open("rotate=300ms")) {
            LogDirectory.store(writer, "late\n");
        }
        assertThat(logs().rotated()).hasSize(1);
        assertThat(logs().text()).isEqualTo("late\n");
    }

    @Test
    void doesNotRotateAnEmptyFile() throws Exception {
        try (FileWriter writer = logs().open("rotate=1ms")) {
            await().pollDelay(20, TimeUnit.MILLISECONDS).until(() -> true);
            LogDirectory.store(writer, "first\n");
        }
        assertThat(logs().rotated()).isEmpty();
    }

    @Test
    void namesRotatedFilesInOrderWhateverTheClockSays() throws IOException {
        Path future = directory.resolve("messages.log.29981231T235959999Z");
        Files.writeString(future, "kept\n");
        try (FileWriter writer = logs().open("rotate=4")) {
            LogDirectory.store(writer, "one\ntwo\n");
        }
        assertThat(future).hasContent("kept");
        assertThat(logs().rotated().get(1)).hasFileName("messages.log.29990101T000000000Z");
    }

    @Test
    void keepsTheNewestRotatedFiles() throws IOException {
        try (FileWriter writer = logs().open("rotate=4&keep=2")) {
            LogDirectory.store(writer, "one\ntwo\nsix\nten\n");
            LogDirectory.store(writer, "two\n");
        }
        assertThat(logs().all()).isEqualTo("six\nten\ntwo\n");
    }

    @Test
    void compressesRotatedFilesAndLosesNone() throws IOException {
        StringBuilder sent = new StringBuilder();
        try (FileWriter writer = logs().open("rotate=10000&compress=gzip")) {
            for (int i = 0; i < 100; i++) {
                String lines = ("line " + i + "\n").repeat(200);
                sent.append(lines);
                LogDirectory.store(writer, lines);
            }
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> logs().rotated().stream().allMatch(this::isCompressed));
        }
        assertThat(logs().all()).isEqualTo(sent.toString());
    }

    private boolean isCompressed(Path file) {
        return file.toString().endsWith(".gz");
    }

    @Test
    void finishesWhatACrashLeftHalfCompressed() throws IOException {
        Files.writeString(directory.resolve("messages.log.20200101T000000000Z"), "one\n");
        Files.writeString(directory.resolve("messages.log.20200101T000000000Z.gz"), "half");
        Files.writeString(directory.resolve(".messages.log.20200101T000000000Z.gz.tmp"), "half");
        Files.writeString(directory.resolve(".messages.log.20190101T000000000Z.gz.tmp"), "orphan");
        try (FileWriter writer = logs().open("compress=gzip")) {
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> logs().rotated().size() == 1
                            && isCompressed(logs().rotated().get(0)));
            LogDirectory.store(writer, "two\n");
        }
        assertThat(logs().all()).isEqualTo("one\ntwo\n");
        assertThat(logs().siblings(".messages.log.2")).isEmpty();
    }
}
