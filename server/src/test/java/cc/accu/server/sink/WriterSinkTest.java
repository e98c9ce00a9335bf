package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.format.LineFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriterSinkTest extends SinkContract {
    private final MemoryWriter memory = new MemoryWriter();

    @Override
    Sink open() {
        return new WriterSink("test-sink", memory);
    }

    @Override
    Optional<Sink> openBroken() {
        return Optional.of(new WriterSink("test-sink", writer(() -> {
            throw new IOException("disk on fire");
        })));
    }

    @Override
    Optional<Sink> openHanging(CountDownLatch gate) {
        return Optional.of(new WriterSink("test-sink", new MemoryWriter(gate)));
    }

    @Override
    Optional<String> stored() {
        return Optional.of(memory.committed());
    }

    @Test
    void commitsOnceForAllThatWaits() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        MemoryWriter slow = new MemoryWriter(gate);
        try (Sink sink = new WriterSink("test-sink", slow)) {
            flushed(sink, Batches.of("first\n"));
            slow.firstWrite.await();
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(accepted(sink, Batches.of("more\n")));
            }
            sink.flush();
            gate.countDown();
            CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
            assertThat(slow.commits).hasValue(2);
        }
    }

    @Test
    void commitsBetweenWhatIsTooMuchToKeep() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        MemoryWriter slow = new MemoryWriter(gate);
        try (Sink sink = new WriterSink("test-sink", slow)) {
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                stored.add(accepted(sink, Batches.of("x".repeat(4 * 1024 * 1024 - 1) + "\n")));
            }
            slow.firstWrite.await();
            gate.countDown();
            CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        }
        assertThat(slow.commits).hasValueGreaterThanOrEqualTo(3);
    }

    @Test
    void tellsWhatWasStoredBeforeItsWriterFailed() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger writes = new AtomicInteger();
        try (Sink sink = new WriterSink("test-sink", writer(() -> {
            try {
                gate.await();
            } catch (InterruptedException stop) {
                throw new IOException(stop);
            }
            if (writes.incrementAndGet() == 4) {
                throw new IOException("disk on fire");
            }
        }))) {
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                stored.add(accepted(sink, Batches.of("x".repeat(5 * 1024 * 1024) + "\n")));
            }
            gate.countDown();
            assertThat(stored.get(0)).succeedsWithin(10, TimeUnit.SECONDS);
            assertThat(stored.get(1)).succeedsWithin(10, TimeUnit.SECONDS);
            assertThat(stored.get(3)).failsWithin(10, TimeUnit.SECONDS);
            assertThat(stored.get(4)).failsWithin(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void formatsAheadOfItsWriterButNotAll() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        MemoryWriter slow = new MemoryWriter(gate);
        List<LineBatch> batches = new ArrayList<>();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            String lines = (i + "\n").repeat(3000);
            expected.append(Batches.formatted(new LineFormat.Text(), Batches.of(lines)));
            batches.add(Batches.of(lines));
        }
        CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
        try (Sink sink = new Formatter(new WriterSink("test-sink", slow), LineFormat.Text::new)) {
            for (LineBatch batch : batches) {
                last = flushed(sink, batch);
                slow.firstWrite.await();
            }
            long formatted = batches.stream()
                    .filter(batch -> batch.lines().refCnt() == 0)
                    .count();
            assertThat(formatted).isBetween(5L, 20L);
            gate.countDown();
            last.get(10, TimeUnit.SECONDS);
        }
        assertThat(slow.committed()).isEqualTo(expected.toString());
        assertThat(batches).allMatch(batch -> batch.lines().refCnt() == 0);
    }

    @Test
    void closesItsWriterOnce() {
        Sink sink = open();
        sink.close();
        sink.close();
        assertThat(memory.closes).hasValue(1);
    }

    @Test
    void saysWhyItFailed() {
        try (Sink sink = openBroken().orElseThrow()) {
            assertThat(flushed(sink, Batches.of("a\n")))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withMessageContaining("disk on fire");
        }
    }

    @Test
    void failsWhenItsWriterThrowsAnError() {
        try (Sink sink = new WriterSink("test-sink", writer(() -> {
            throw new StackOverflowError("too deep");
        }))) {
            LineBatch batch = Batches.of("a\n");
            assertThat(flushed(sink, batch))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withMessageContaining("too deep");
            assertThat(batch.lines().refCnt()).isZero();
            assertThat(flushed(sink, Batches.of("b\n"))).failsWithin(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void failsWhenItsWriterCannotCommitForAnUnexpectedReason() {
        MemoryWriter never = new MemoryWriter();
        try (Sink sink = new WriterSink("test-sink", new LineWriter() {
            @Override
            public void write(LineBatch batch) {}

            @Override
            public void commit() {
                throw new IllegalStateException("no commit today");
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {
                never.close();
            }
        })) {
            assertThat(flushed(sink, Batches.of("a\n")))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withMessageContaining("no commit today");
        }
        assertThat(never.closes).hasValue(1);
    }

    @Test
    void storesWhatIsFlushedWhileItReopens() throws Exception {
        CountDownLatch reopening = new CountDownLatch(1);
        CountDownLatch reopened = new CountDownLatch(1);
        try (Sink sink = new WriterSink("test-sink", slowToReopen(reopening, reopened))) {
            sink.reopen();
            reopening.await();
            CompletableFuture<Void> stored = flushed(sink, Batches.of("a\n"));
            reopened.countDown();
            assertThat(stored).succeedsWithin(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void storesWhatIsHandedOverWhenItTellsThatSomethingIsStored() throws Exception {
        MemoryWriter written = new MemoryWriter(true);
        CompletableFuture<Void> all;
        try (Sink sink = new WriterSink("test-sink", written)) {
            CompletableFuture<Void> first = accepted(sink, Batches.of("1\n"));
            all = first.thenCompose(
                    done -> flushed(sink, Batches.of("4\n")).thenCompose(again -> flushed(sink, Batches.of("5\n"))));
            accepted(sink, Batches.of("2\n"));
            flushed(sink, Batches.of("3\n"));
            all.get(10, TimeUnit.SECONDS);
        }
        assertThat(written.committed()).isEqualTo("1\n2\n3\n4\n5\n");
    }

    private static LineWriter slowToReopen(CountDownLatch reopening, CountDownLatch reopened) {
        return new LineWriter() {
            @Override
            public void write(LineBatch batch) {}

            @Override
            public void commit() {}

            @Override
            public boolean isQuick() {
                return true;
            }

            @Override
            public void reopen() throws IOException {
                reopening.countDown();
                try {
                    reopened.await();
                } catch (InterruptedException stop) {
                    throw new IOException(stop);
                }
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}
        };
    }

    /** Something that a writer does with a batch. */
    private interface Write {
        void run() throws IOException;
    }

    private static LineWriter writer(Write write) {
        return new LineWriter() {
            @Override
            public void write(LineBatch batch) throws IOException {
                write.run();
            }

            @Override
            public void commit() {}

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}
        };
    }
}
