package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest extends SinkContract {
    @TempDir
    Path directory;

    String options() {
        return "sync=always";
    }

    LogDirectory logs() {
        return new LogDirectory(directory);
    }

    @Override
    Sink open() {
        return Sinks.parse("file:" + logs().log() + "?" + options()).open();
    }

    @Override
    Optional<Sink> openBroken() {
        FaultyDisk disk = new FaultyDisk();
        disk.failingWrites.set(Integer.MAX_VALUE);
        return Optional.of(new WriterSink("test-sink", logs().open(options(), disk)));
    }

    /** An inline write is the exception: that one write waits for the disk, as it does for a file with another policy. */
    @Override
    Optional<Sink> openHanging(CountDownLatch gate) {
        if (!options().equals("sync=always")) {
            return Optional.empty();
        }
        FaultyDisk disk = new FaultyDisk();
        Sink sink = new WriterSink("test-sink", logs().open(options(), disk));
        disk.waitFor(gate);
        return Optional.of(sink);
    }

    @Override
    Optional<String> stored() {
        try {
            return Optional.of(logs().text());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void saysItsPathWithoutOptions() {
        try (Sink sink = open()) {
            assertThat(sink.address()).isEqualTo("file:" + logs().log());
        }
    }

    @Test
    void takesTheFileFromWhereItsPredecessorLeftIt() throws Exception {
        for (String line : new String[] {"one\n", "two\n", "three\n"}) {
            try (Sink sink = open()) {
                flushed(sink, Batches.of(line)).get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(logs().all()).isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void holdsItsSendersWhileTheDiskIsFullAndThenGoesOn() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        disk.room.set(6);
        try (Sink sink = new WriterSink("test-sink", logs().open(options(), disk))) {
            var first = flushed(sink, Batches.of("first\n"));
            first.get(10, TimeUnit.SECONDS);
            var second = flushed(sink, Batches.of("second\n"));
            assertThat(second).isNotDone();
            disk.room.set(1000);
            second.get(10, TimeUnit.SECONDS);
            assertThat(logs().text()).isEqualTo("first\nsecond\n");
        }
    }
}
