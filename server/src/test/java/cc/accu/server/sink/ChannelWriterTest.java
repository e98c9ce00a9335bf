package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelWriterTest extends SinkContract {
    private final Path file;

    ChannelWriterTest() throws IOException {
        file = Files.createTempFile("accu", ".log");
    }

    @AfterEach
    void removeFile() throws IOException {
        Files.delete(file);
    }

    @Override
    Sink open() throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND);
        return new WriterSink("test-sink", new ChannelWriter(channel));
    }

    @Override
    Optional<Sink> openBroken() throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.close();
        return Optional.of(new WriterSink("test-sink", new ChannelWriter(channel)));
    }

    @Override
    Optional<String> stored() {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void writesABatchThatIsLargerThanItsBuffer() throws Exception {
        String large = "x".repeat(3_000_000) + "\n";
        try (Sink sink = open()) {
            flushed(sink, Batches.of(large)).get(10, TimeUnit.SECONDS);
            flushed(sink, Batches.of("small\n")).get(10, TimeUnit.SECONDS);
            assertThat(Files.readString(file)).isEqualTo(large + "small\n");
        }
    }
}
