package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.internal.spool.SpoolDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolSinkTest extends SinkContract {
    private static final long MOST_BYTES = 1024 * 1024 * 1024;

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private Optional<OpenSpool> opened = Optional.empty();

    private Path spools() {
        return directory.resolve("spool");
    }

    @Override
    Sink open() {
        opened = Optional.of(OpenSpool.open(spools(), MOST_BYTES, disk));
        return opened.get().sink();
    }

    @AfterEach
    void close() throws IOException {
        if (opened.isPresent()) {
            opened.get().close();
        }
    }

    @Override
    Optional<Sink> openBroken() {
        disk.failingWrites.set(Integer.MAX_VALUE);
        return Optional.of(open());
    }

    @Override
    Optional<Sink> openHanging(CountDownLatch gate) {
        Sink sink = open();
        disk.waitFor(gate);
        return Optional.of(sink);
    }

    @Override
    Optional<String> stored() {
        try {
            opened.orElseThrow().reader().rewind();
            return Optional.of(SpoolDirectory.read(opened.get()).stream()
                    .map(line -> line.substring(line.indexOf(' ') + 1) + "\n")
                    .collect(Collectors.joining()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Test
    void saysItsDirectory() {
        assertThat(open().address()).isEqualTo("spool:" + spools());
    }

    @Test
    void holdsItsSendersWhileTheDiskIsFullAndThenGoesOn() throws Exception {
        Sink sink = open();
        flushed(sink, Batches.of("first\n")).get(10, TimeUnit.SECONDS);
        for (int room = 0; room < 250; room += 17) {
            disk.room.set(room);
            var second = flushed(sink, Batches.of("second\n"));
            var third = flushed(sink, Batches.of("third\n"));
            assertThat(third).isNotDone();
            disk.room.set(1_000_000);
            second.get(10, TimeUnit.SECONDS);
            third.get(10, TimeUnit.SECONDS);
        }
        assertThat(stored()).contains("first\n" + "second\nthird\n".repeat(15));
    }

    @Test
    void goesOnInAFreshFileWhenOneFails() throws Exception {
        Sink sink = open();
        for (int i = 0; i < 10; i++) {
            flushed(sink, Batches.of(i + "\n")).get(10, TimeUnit.SECONDS);
            disk.failingForces.set(i % 3 == 0 ? 1 : 0);
            disk.failingWrites.set(i % 3 == 1 ? 1 : 0);
            disk.failingTruncates.set(i % 2);
        }
        assertThat(stored()).contains("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        disk.failingForces.set(0);
        close();
        open();
        assertThat(stored()).contains("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    }

    /** Opens the spool named, and says that, or why not. */
    static final class Opening {
        private Opening() {}

        public static void main(String[] arguments) throws IOException {
            try (OpenSpool spool = OpenSpool.open(Path.of(arguments[0]), MOST_BYTES)) {
                System.out.println("open");
            } catch (SinkException refused) {
                System.out.println(refused.getMessage());
            }
        }
    }

    @Test
    void isOfOneProcessAtATime() throws Exception {
        Sink sink = open();
        flushed(sink, Batches.of("one\n")).get(10, TimeUnit.SECONDS);
        JavaProgram.Ended refused = JavaProgram.run("exec \"$@\"", Opening.class, spools().toString());
        assertThat(refused.output())
                .startsWith("cannot open spool:" + spools() + ": process "
                        + ProcessHandle.current().pid() + " writes to it");
        sink.close(); // what is there is still forwarded
        assertThat(JavaProgram.run("exec \"$@\"", Opening.class, spools().toString())
                        .output())
                .startsWith("cannot open");
        close();
        assertThat(JavaProgram.run("exec \"$@\"", Opening.class, spools().toString())
                        .output())
                .isEqualTo("open\n");
        assertThat(Files.size(spools().resolve("lines"))).isPositive();
    }
}
