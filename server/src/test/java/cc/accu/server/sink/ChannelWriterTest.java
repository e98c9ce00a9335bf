package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.LineWriter.HeldException;
import cc.accu.server.sink.Sinks.ChannelWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** A pipe that takes nothing more, because its reader sleeps. */
    private static Pipe fullPipe() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.sink().configureBlocking(false);
        ByteBuffer filling = ByteBuffer.allocate(4096);
        while (pipe.sink().write(filling.clear()) > 0) {
            assertThat(filling.hasRemaining()).isFalse();
        }
        return pipe;
    }

    private static void readAll(Pipe.SourceChannel reader) throws IOException {
        int bytes = reader.read(ByteBuffer.allocate(1 << 20));
        assertThat(bytes).isPositive();
    }

    @Test
    void waitsForASleepingReaderWithoutSpinningAndGoesOnSoonAfterIt() throws Exception {
        Pipe pipe = fullPipe();
        try (Pipe.SourceChannel reader = pipe.source();
                CountingChannel channel = new CountingChannel(pipe.sink());
                Sink sink = new WriterSink("test-sink", new ChannelWriter(channel))) {
            var stored = flushed(sink, Batches.of("line\n"));
            await().during(500, TimeUnit.MILLISECONDS).until(() -> !stored.isDone());
            assertThat(channel.writes).hasValueBetween(1, 500);
            readAll(reader);
            assertThat(stored).succeedsWithin(100, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void noticesThatASleepingReaderIsGone() throws Exception {
        Pipe pipe = fullPipe();
        try (Sink sink = new WriterSink("test-sink", new ChannelWriter(pipe.sink()))) {
            var stored = flushed(sink, Batches.of("line\n"));
            pipe.source().close();
            assertThat(stored)
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("Broken pipe");
        }
    }

    @Test
    void waitsNoLongerWhenItsThreadIsInterrupted() throws Exception {
        Pipe pipe = fullPipe();
        try (Pipe.SourceChannel reader = pipe.source();
                ChannelWriter writer = new ChannelWriter(pipe.sink());
                LineBatch batch = Batches.of("line\n")) {
            CompletableFuture<Void> committed = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    writer.write(batch);
                    writer.commit();
                    committed.complete(null);
                } catch (IOException stopped) {
                    committed.completeExceptionally(stopped);
                }
            });
            thread.start();
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            thread.interrupt();
            assertThat(committed)
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(IOException.class);
            thread.join();
            assertThat(reader.isOpen()).isTrue();
        }
    }

    @Test
    void holdsWhatADeviceHasNoRoomFor() throws IOException {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE);
                ChannelWriter writer = new ChannelWriter(channel);
                LineBatch batch = Batches.of("line\n")) {
            writer.write(batch);
            assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
            assertThatThrownBy(writer::commit).isInstanceOf(HeldException.class);
        }
    }

    /** Counts the writes. */
    private record CountingChannel(GatheringByteChannel channel, AtomicInteger writes) implements GatheringByteChannel {
        CountingChannel(GatheringByteChannel channel) {
            this(channel, new AtomicInteger());
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            writes.incrementAndGet();
            return channel.write(source);
        }

        @Override
        public long write(ByteBuffer[] sources) throws IOException {
            writes.incrementAndGet();
            return channel.write(sources);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            writes.incrementAndGet();
            return channel.write(sources, offset, length);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
