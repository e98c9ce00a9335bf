package cc.accu.server.internal.spool;

import static cc.accu.server.internal.spool.SpoolDirectory.accepted;
import static cc.accu.server.internal.spool.SpoolDirectory.flushed;
import static cc.accu.server.internal.spool.SpoolDirectory.read;
import static cc.accu.server.internal.spool.SpoolDirectory.store;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.sink.Batches;
import cc.accu.server.sink.OpenSpool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a spool's files by crashes, by power cuts, by broken disks and by people, is opened again. */
@Timeout(120)
class SpoolCrashTest {
    @TempDir
    Path directory;

    private SpoolDirectory spools() {
        return new SpoolDirectory(directory.resolve("spool"));
    }

    @Test
    void losesNoStoredLineWhereverItsFileEnds() throws Exception {
        long stored;
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two");
            stored = Files.size(lines());
            flushed(spool, Batches.of("three\nfour\n")).get(10, TimeUnit.SECONDS);
        }
        byte[] all = Files.readAllBytes(lines());
        int step = SpoolDirectory.TIMES > 1 ? 1 : 3;
        for (int end = (int) stored; end < all.length; end += step) {
            SpoolDirectory cut = spools().copyTo(directory.resolve("cut"));
            Files.write(cut.path().resolve("lines"), Arrays.copyOf(all, end));
            try (OpenSpool spool = cut.open()) {
                store(spool, "new");
                assertThat(read(spool)).as("%d bytes", end).containsExactly("1 one", "2 two", "3 new");
            }
        }
    }

    private Path lines() {
        return spools().path().resolve("lines");
    }

    @Test
    void hasEveryStoredLineWheneverItCrashes() throws Exception {
        AtomicLong stored = new AtomicLong();
        AtomicBoolean stopped = new AtomicBoolean();
        try (OpenSpool spool = OpenSpool.open(spools().path(), 4 * 1024 * 1024)) {
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> send(spool, stored, stopped));
            for (int crash = 0; crash < 4 * SpoolDirectory.TIMES; crash++) {
                long before = stored.get();
                SpoolDirectory left = spools().copyTo(directory.resolve("left"));
                try (OpenSpool again = OpenSpool.open(left.path(), 4 * 1024 * 1024)) {
                    List<String> lines = read(again);
                    assertThat(lines.size()).isGreaterThanOrEqualTo((int) before);
                    assertThat(lines).isEqualTo(numbers(1, lines.size()));
                    store(again, "new");
                    assertThat(read(again)).containsExactly((lines.size() + 1) + " new");
                }
            }
            stopped.set(true);
            sender.get(10, TimeUnit.SECONDS);
        }
    }

    /** Each line is its own position. */
    private static void send(OpenSpool spool, AtomicLong stored, AtomicBoolean stopped) {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int next = 1; !stopped.get() && next < 20_000; next += 10) {
            String lines = String.join(
                            "\n",
                            IntStream.range(next, next + 10)
                                    .mapToObj(SpoolCrashTest::line)
                                    .toList())
                    + "\n";
            long last = next + 9L;
            waiting.add(
                    accepted(spool.sink(), Batches.of(lines)).thenRun(() -> stored.accumulateAndGet(last, Math::max)));
            if (next % 3 == 0) {
                spool.sink().flush();
            }
            if (waiting.size() > 100) {
                spool.sink().flush();
                waiting.remove(0).join();
            }
        }
        spool.sink().flush();
        waiting.forEach(CompletableFuture::join);
    }

    private static String line(int number) {
        return number + " " + "x".repeat(number % 100);
    }

    private static List<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(number -> number + " " + line(number))
                .toList();
    }

    @Test
    void passesOverLinesThatAreDamaged() throws Exception {
        int bytes;
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two");
            bytes = (int) Files.size(lines());
            flushed(spool, Batches.of("three\nfour\n")).get(10, TimeUnit.SECONDS);
            bytes = (int) Files.size(lines()) - bytes;
            store(spool, "five");
        }
        int start = (int) Files.size(lines()) - bytes;
        byte[] all = Files.readAllBytes(lines());
        int third =
                new String(all, StandardCharsets.US_ASCII).indexOf(" 3 2 ") - "accu-spool/1 0123456789abcdef".length();
        assertThat(start).isPositive();
        for (int at = third; at < third + bytes; at += at < third + bytes - 12 ? 11 : 1) {
            SpoolDirectory damaged = spools().copyTo(directory.resolve("damaged"));
            overwrite(damaged.path().resolve("lines"), at, (byte) (all[at] ^ 0x55));
            try (OpenSpool spool = damaged.open()) {
                assertThat(read(spool)).as("byte %d", at).containsExactly("1 one", "2 two", "5 five");
                assertThat(read(spool)).isEmpty();
                spool.reader().confirm(5);
                assertThat(spool.depthLines()).isZero();
            }
        }
    }

    private static void overwrite(Path file, long at, byte value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {value}), at);
        }
    }

    @Test
    void passesOverLinesThatAreDamagedWhileItIsOpen() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two");
            overwrite(lines(), Files.size(lines()) - 2, (byte) '!');
            assertThat(read(spool)).containsExactly("1 one");
            assertThat(spool.depthLines()).isEqualTo(2);
            spool.reader().confirm(1);
            assertThat(spool.depthLines()).as("what is lost is not waited for").isZero();
            store(spool, "three");
            assertThat(read(spool)).containsExactly("3 three");
        }
    }

    @Test
    void goesOnWhenItsFileIsRemovedOrEmptiedWhileItIsOpen() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two");
            assertThat(read(spool)).hasSize(2);
            Files.delete(lines());
            store(spool, "three");
            assertThat(read(spool)).containsExactly("3 three");
            Files.write(lines(), new byte[0]);
            store(spool, "four");
            assertThat(read(spool)).containsExactly("4 four");
            spool.reader().confirm(4);
            assertThat(spool.depthBytes()).isZero();
        }
    }

    @Test
    void goesOnBehindAFileThatIsRubbishOrGone() throws Exception {
        fillFiveFiles();
        List<Path> segments = spools().segments();
        assertThat(segments.size()).isGreaterThan(4);
        Files.write(segments.get(1), new byte[100_000]);
        Files.delete(segments.get(3));
        try (OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024)) {
            List<String> lines = read(spool);
            assertThat(lines).isSubsetOf(numbers(1, 10_000)).isNotEmpty();
            assertThat(lines)
                    .contains(numbers(1, 1).get(0), numbers(10_000, 10_000).get(0));
            assertThat(lines.size()).isBetween(3_000, 9_000);
            spool.reader().confirm(10_000);
            store(spool, "new");
            assertThat(read(spool)).containsExactly("10001 new");
            spool.reader().confirm(10_001);
            assertThat(spool.depthBytes()).isZero();
        }
    }

    private void fillFiveFiles() throws Exception {
        try (OpenSpool spool = OpenSpool.open(spools().path(), 1024 * 1024)) {
            for (int first = 1; first <= 10_000; first += 100) {
                String[] lines = IntStream.range(first, first + 100)
                        .mapToObj(SpoolCrashTest::line)
                        .toArray(String[]::new);
                store(spool, String.join("\n", lines));
            }
        }
    }

    @Test
    void forwardsAgainUnderItsIdWhenThePositionIsLost() throws Exception {
        String id;
        try (OpenSpool spool = spools().open()) {
            id = spool.id();
            store(spool, "one", "two");
            read(spool);
            spool.reader().confirm(2);
        }
        Files.delete(spools().path().resolve("position"));
        try (OpenSpool spool = spools().open()) {
            assertThat(spool.id()).isEqualTo(id);
            assertThat(read(spool)).containsExactly("1 one", "2 two");
        }
    }

    @Test
    void givesNoPositionTwiceWhenLinesAreLostThatWereConfirmed() throws Exception {
        try (OpenSpool spool = spools().open()) {
            store(spool, "one", "two");
            read(spool);
            spool.reader().confirm(2);
        }
        Files.delete(lines());
        try (OpenSpool spool = spools().open()) {
            store(spool, "three");
            assertThat(read(spool)).containsExactly("3 three");
        }
    }
}
