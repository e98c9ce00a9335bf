package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.line.LineBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every sink promises, whatever it stores lines in. */
@Timeout(20)
abstract class SinkContract {

    /** A sink that works. */
    abstract Sink open() throws IOException;

    /** A sink whose first write fails; empty for one that cannot fail. */
    abstract Optional<Sink> openBroken() throws IOException;

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
                last = sink.accept(Batches.of(i + "\n")).toCompletableFuture();
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
            stages.add(sink.accept(Batches.of("line\n")).toCompletableFuture());
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
        assertThat(sink.accept(late).toCompletableFuture()).isDone();
        assertThat(late.lines().refCnt()).isZero();
    }

    /** Hands over a batch alone. */
    static CompletableFuture<Void> flushed(Sink sink, LineBatch batch) {
        CompletableFuture<Void> stored = sink.accept(batch).toCompletableFuture();
        sink.flush();
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
