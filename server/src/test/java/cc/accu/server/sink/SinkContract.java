package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every sink promises, whatever it stores lines in. */
@Timeout(20)
abstract class SinkContract {

    /** A sink that works. */
    abstract Sink open() throws IOException;

    /** A sink whose first write fails; empty for one that cannot fail. */
    abstract Optional<Sink> openBroken() throws IOException;

    /** A sink whose destination does not go on before {@code gate} is open; empty for one that has no destination. */
    Optional<Sink> openHanging(CountDownLatch gate) throws IOException {
        return Optional.empty();
    }

    /** All that is stored now; empty for a sink that keeps nothing. */
    abstract Optional<String> stored();

    @Test
    void completesOnlyAfterTheLinesCanBeReadBack() throws Exception {
        try (Sink sink = open()) {
            Optional<String> whenComplete =
                    await(flushed(sink, Batches.of("one\ntwo\n")).thenApply(done -> stored()));
            assumeTrue(whenComplete.isPresent(), "keeps nothing to read back");
            assertThat(whenComplete).contains("one\ntwo\n");
        }
    }

    @Test
    void keepsTheOrderOfBatchesFromOneConnection() throws Exception {
        StringBuilder sent = new StringBuilder();
        try (Sink sink = open()) {
            CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
            for (int i = 0; i < 1000; i++) {
                last = accepted(sink, Batches.of(i + "\n"));
                sent.append(i).append('\n');
            }
            sink.flush();
            await(last);
            assumeTrue(stored().isPresent(), "keeps nothing to read back");
            assertThat(stored()).contains(sent.toString());
        }
    }

    @Test
    void closesEveryBatchThatItStored() throws Exception {
        try (Sink sink = open()) {
            LineBatch batch = Batches.of("one\n");
            await(flushed(sink, batch));
            assertThat(batch.lines().refCnt()).isZero();
        }
    }

    @Test
    void closesEveryBatchEvenWhenWritingFails() throws Exception {
        try (Sink sink = brokenOrSkip()) {
            List<LineBatch> batches = List.of(Batches.of("one\n"), Batches.of("two\n"), Batches.of("three\n"));
            for (LineBatch batch : batches) {
                CompletableFuture<Void> stage = flushed(sink, batch);
                assertThat(stage).failsWithin(10, TimeUnit.SECONDS);
            }
            assertThat(batches).allMatch(batch -> batch.lines().refCnt() == 0);
        }
    }

    @Test
    void refusesEverythingAfterItsFirstFailure() throws Exception {
        try (Sink sink = brokenOrSkip()) {
            for (int i = 0; i < 5; i++) {
                assertThat(flushed(sink, Batches.of("a\n"))).failsWithin(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void finishesWhatItAcceptedWhenClosed() throws Exception {
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        Sink sink = open();
        for (int i = 0; i < 100; i++) {
            stages.add(accepted(sink, Batches.of("line\n")));
        }
        sink.close();
        assertThat(stages).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
        assumeTrue(stored().isPresent(), "keeps nothing to read back");
        assertThat(stored()).contains("line\n".repeat(100));
    }

    @Test
    void closesBatchesThatComeAfterItsCloseAndDoesNothingWhenClosedAgain() throws Exception {
        Sink sink = open();
        sink.close();
        sink.close();
        LineBatch late = Batches.of("late\n");
        assertThat(accepted(sink, late)).isDone();
        assertThat(late.lines().refCnt()).isZero();
    }

    /** Nobody waits for a destination that hangs, however often they hand over and flush. */
    @Test
    void returnsFromAcceptAndFlushWhileTheDestinationHangs() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Optional<Sink> hanging = openHanging(gate);
        assumeTrue(hanging.isPresent(), "has no destination");
        try (Sink sink = hanging.get()) {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            try {
                CompletableFuture<Void> loop = CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 1000; i++) {
                                waiting.add(flushed(sink, Batches.of("x".repeat(1000) + "\n")));
                            }
                        },
                        task -> new Thread(task, "loop").start());
                assertThat(loop).succeedsWithin(5, TimeUnit.SECONDS);
                assertThat(waiting).noneMatch(CompletableFuture::isDone);
            } finally {
                gate.countDown();
            }
            for (CompletableFuture<Void> stored : waiting) {
                await(stored);
            }
        }
    }

    @Test
    void keepsTheOrderOfEachOfSeveralThreads() throws Exception {
        try (Sink sink = open()) {
            List<CompletableFuture<Void>> loops = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                String name = "t" + thread;
                loops.add(CompletableFuture.runAsync(
                        () -> sendNumbers(sink, name), task -> new Thread(task, name).start()));
            }
            for (CompletableFuture<Void> loop : loops) {
                await(loop);
            }
        }
        assumeTrue(stored().isPresent(), "keeps nothing to read back");
        for (int thread = 0; thread < 4; thread++) {
            String prefix = "t" + thread + " ";
            assertThat(stored().orElseThrow()
                            .lines()
                            .filter(line -> line.startsWith(prefix))
                            .toList())
                    .isEqualTo(IntStream.range(0, 500)
                            .mapToObj(number -> prefix + number)
                            .toList());
        }
    }

    private static void sendNumbers(Sink sink, String thread) {
        Origin own = Origin.of("tcp 127.0.0.1:3000", thread);
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int number = 0; number < 500; number++) {
            byte[] line = (thread + " " + number + "\n").getBytes(StandardCharsets.UTF_8);
            waiting.add(accepted(sink, Batches.of(line, own)));
            if (number % 7 == 0) {
                sink.flush();
            }
        }
        sink.flush();
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
    }

    /** Each of two sinks has its own part of a shared batch, whatever the other does with it. */
    @Test
    void storesABatchThatItSharesWithAnotherSink() throws Exception {
        try (Sink sink = open();
                Sink other = new WriterSink("other-sink", new MemoryWriter())) {
            LineBatch batch = Batches.of("one\ntwo\n");
            ByteBuf memory = batch.lines();
            CompletableFuture<Void> there = flushed(other, batch.share());
            CompletableFuture<Void> here = flushed(sink, batch);
            await(there);
            await(here);
            assertThat(memory.refCnt()).isZero();
            assumeTrue(stored().isPresent(), "keeps nothing to read back");
            assertThat(stored()).contains("one\ntwo\n");
        }
    }

    /** Hands over a batch alone. */
    static CompletableFuture<Void> flushed(Sink sink, LineBatch batch) {
        CompletableFuture<Void> stored = accepted(sink, batch);
        sink.flush();
        return stored;
    }

    /** Hands over a batch; completes with what the sink says of it, and fails if it says that twice. */
    static CompletableFuture<Void> accepted(Sink sink, LineBatch batch) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        sink.accept(batch, failure -> {
            boolean first = failure == null ? stored.complete(null) : stored.completeExceptionally(failure);
            if (!first) {
                stored.obtrudeException(new AssertionError("told twice"));
            }
        });
        return stored;
    }

    private Sink brokenOrSkip() throws IOException {
        Optional<Sink> broken = openBroken();
        assumeTrue(broken.isPresent(), "cannot fail");
        return broken.get();
    }

    private static <T> T await(CompletableFuture<T> stage) throws Exception {
        return stage.get(10, TimeUnit.SECONDS);
    }
}
