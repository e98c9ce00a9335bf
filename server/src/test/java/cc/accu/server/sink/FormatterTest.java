package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A format that changes nothing keeps the contract of the sink behind it. */
class FormatterTest extends SinkContract {
    private final MemoryWriter memory = new MemoryWriter();

    private static Sink verbatim(Sink sink) {
        return new Formatter(sink, () -> Batches.VERBATIM);
    }

    @Override
    Sink open() {
        return verbatim(new WriterSink("test-sink", memory));
    }

    @Override
    Optional<Sink> openBroken() {
        return new WriterSinkTest().openBroken().map(FormatterTest::verbatim);
    }

    @Override
    Optional<Sink> openHanging(CountDownLatch gate) {
        return Optional.of(verbatim(new WriterSink("test-sink", new MemoryWriter(gate))));
    }

    @Override
    Optional<String> stored() {
        return Optional.of(memory.committed());
    }

    /** Somebody's own sink, with no writer behind it: keeps what it is given until the test lets it settle. */
    private static final class Own implements Sink {
        private final StringBuilder text = new StringBuilder();
        private final List<Completion> waiting = new ArrayList<>();

        @Override
        public void accept(LineBatch batch, Completion done) {
            try (batch) {
                text.append(batch.lines().toString(StandardCharsets.UTF_8));
            }
            waiting.add(done);
        }

        @Override
        public String address() {
            return "own";
        }

        @Override
        public Durability durability() {
            return Durability.REPLICATED;
        }

        @Override
        public void close() {}
    }

    @Test
    void formatsBeforeASinkOfSomebodysOwn() {
        Own own = new Own();
        try (Sink text = Sinks.text(own)) {
            CompletableFuture<Void> stored = accepted(text, Batches.of("one\ntwo\n"));
            assertThat(own.text.toString()).isEqualTo("""
                            2026-11-22T06:00:00.123Z 127.0.0.1:51234 one
                            2026-11-22T06:00:00.123Z 127.0.0.1:51234 two
                            """);
            assertThat(stored).isNotDone();
            own.waiting.get(0).settled(null);
            assertThat(stored).isCompleted();
            assertThat(text.address()).isEqualTo("own");
            assertThat(text.durability()).isEqualTo(Durability.REPLICATED);
        }
    }

    @Test
    void tellsOnceForAllPiecesOfABatchWhateverTheirOrder() {
        Own own = new Own();
        try (Sink text = Sinks.text(own)) {
            CompletableFuture<Void> stored = accepted(text, Batches.of("a line\n".repeat(30_000)));
            assertThat(own.waiting).hasSizeGreaterThan(1);
            for (int last = own.waiting.size() - 1; last > 0; last--) {
                own.waiting.remove(last).settled(null);
            }
            assertThat(stored).isNotDone();
            own.waiting.remove(0).settled(new IOException("disk on fire"));
            assertThat(stored)
                    .failsWithin(1, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withMessageContaining("disk on fire");
        }
    }

    @Test
    void formatsNoMoreThanABoundWhileNothingIsStored() {
        Own own = new Own();
        List<CompletableFuture<Void>> stored = new ArrayList<>();
        Sink json = Sinks.json(own);
        for (int i = 0; i < 40; i++) {
            stored.add(accepted(json, Batches.of("\n".repeat(10_000))));
        }
        assertThat(own.text.length()).isLessThan(4 * 1024 * 1024);
        while (!own.waiting.isEmpty()) {
            own.waiting.remove(0).settled(null);
        }
        assertThat(stored).allMatch(CompletableFuture::isDone);
        assertThat(own.text.toString().lines()).hasSize(400_000);
        json.close();
    }

    @Test
    void failsForGoodWhenItsFormatThrows() {
        Own own = new Own();
        try (Sink broken = new Formatter(own, () -> (batch, out, enough) -> {
            throw new IllegalStateException("no words");
        })) {
            for (int i = 0; i < 3; i++) {
                LineBatch batch = Batches.of("one\n");
                assertThat(flushed(broken, batch))
                        .failsWithin(1, TimeUnit.SECONDS)
                        .withThrowableThat()
                        .withMessageContaining("no words");
                assertThat(batch.lines().refCnt()).isZero();
            }
        }
    }
}
