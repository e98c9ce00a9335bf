package cc.accu.server.sink;

import static cc.accu.server.sink.SinkContract.flushed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.format.LineFormat;
import cc.accu.server.sink.LineWriter.HeldException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Floods, writers that cannot go on or misbehave, and callbacks that do. */
@Timeout(60)
class WriterSinkTroubleTest {
    private static final Origin FLOOD = Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:1");
    private static final Origin OTHER = Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:2");

    /** Every line comes as a kilobyte. */
    private static final LineFormat LONG = (batch, out, enough) -> {
        int count = 0;
        int bytes = 0;
        int next = batch.lines().readerIndex();
        while (count < batch.count() && out.readableBytes() < enough) {
            int feed = batch.lines().indexOf(next, batch.lines().writerIndex(), (byte) '\n');
            out.writeBytes(batch.lines(), next, feed - next);
            out.writeZero(1023).writeByte('\n');
            bytes += feed + 1 - next;
            next = feed + 1;
            count++;
        }
        batch.skip(count, bytes);
    };

    /** Writes when it may, and remembers what came in which order. */
    private static final class Recorder implements LineWriter {
        final Queue<String> firstLines = new ConcurrentLinkedQueue<>();
        final Queue<Origin> origins = new ConcurrentLinkedQueue<>();
        final Queue<String> threads = new ConcurrentLinkedQueue<>();
        final AtomicInteger reopenings = new AtomicInteger();
        final AtomicBoolean closed = new AtomicBoolean();
        final CountDownLatch gate;
        final boolean quick;
        volatile Runnable before = () -> {};
        volatile @Nullable IOException problem;

        Recorder(boolean quick, int gates) {
            this.quick = quick;
            this.gate = new CountDownLatch(gates);
        }

        @Override
        public void write(LineBatch batch) throws IOException {
            threads.add(Thread.currentThread().getName());
            try {
                gate.await();
            } catch (InterruptedException stop) {
                throw new IOException("interrupted", stop);
            }
            before.run();
            origins.add(batch.origin());
            String text = batch.lines().toString(StandardCharsets.UTF_8);
            firstLines.add(text.substring(0, text.indexOf('\n')).replace("\0", ""));
        }

        @Override
        public void commit() throws IOException {
            IOException now = problem;
            if (now != null) {
                throw now;
            }
        }

        @Override
        public boolean isQuick() {
            return quick;
        }

        @Override
        public void reopen() {
            reopenings.incrementAndGet();
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private static LineBatch batch(Origin origin, String lines) {
        return Batches.of(lines.getBytes(StandardCharsets.UTF_8), origin);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void letsOthersInBeforeTheRestOfAFlood(boolean quick) throws Exception {
        Recorder recorder = new Recorder(quick, 1);
        try (Sink sink = new Formatter(new WriterSink("test-sink", recorder), () -> LONG)) {
            StringBuilder flood = new StringBuilder();
            for (int i = 0; i < 40_000; i++) {
                flood.append(i).append('\n');
            }
            CompletableFuture<CompletableFuture<Void>> handedOver =
                    CompletableFuture.supplyAsync(() -> flushed(sink, batch(FLOOD, flood.toString())));
            CompletableFuture<Void> flooded = handedOver.thenCompose(stored -> stored);
            await().until(() -> !recorder.threads.isEmpty());
            recorder.gate.countDown();
            // Of one connection one batch comes after another.
            CompletableFuture<Void> after = handedOver.thenCompose(ignored -> flushed(sink, batch(FLOOD, "after\n")));
            flushed(sink, batch(OTHER, "other\n")).get(20, TimeUnit.SECONDS);
            assertThat(flooded).isNotDone();
            flooded.get(20, TimeUnit.SECONDS);
            after.get(20, TimeUnit.SECONDS);
        }
        List<Integer> numbers = new ArrayList<>();
        for (String line : recorder.firstLines) {
            if (!line.equals("other")) {
                numbers.add(line.equals("after") ? Integer.MAX_VALUE : Integer.parseInt(line));
            }
        }
        assertThat(numbers).isSorted();
    }

    @Test
    void givesEachConnectionItsTurnWhenMoreWaitsThanFitsIntoAGroup() throws Exception {
        Recorder recorder = new Recorder(false, 1);
        List<CompletableFuture<Void>> stored = new ArrayList<>();
        try (Sink sink = new WriterSink("test-sink", recorder)) {
            stored.add(flushed(sink, batch(FLOOD, "0\n")));
            await().until(() -> !recorder.threads.isEmpty());
            for (int i = 1; i <= 30; i++) {
                stored.add(flushed(sink, batch(FLOOD, i + "\n" + "x".repeat(1_000_000) + "\n")));
            }
            CompletableFuture<Void> other = flushed(sink, batch(OTHER, "100\n"));
            recorder.gate.countDown();
            other.get(20, TimeUnit.SECONDS);
            CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        }
        List<String> order = List.copyOf(recorder.firstLines);
        assertThat(order.indexOf("100")).isLessThan(15);
        assertThat(order.stream().filter(line -> !line.equals("100")).map(Integer::parseInt))
                .isSorted()
                .hasSize(31);
    }

    @Test
    void formatsLaterWhatItHadNoMemoryFor() throws Exception {
        AtomicInteger failing = new AtomicInteger(3);
        LineFormat greedy = (batch, out, enough) -> {
            if (failing.getAndDecrement() > 0) {
                throw new OutOfMemoryError("direct buffer");
            }
            Batches.VERBATIM.move(batch, out, enough);
        };
        Recorder recorder = new Recorder(false, 0);
        try (Sink sink = new Formatter(new WriterSink("test-sink", recorder), () -> greedy)) {
            LineBatch first = batch(OTHER, "one\n");
            CompletableFuture<Void> one = flushed(sink, first);
            CompletableFuture<Void> two = flushed(sink, batch(OTHER, "two\n"));
            one.get(10, TimeUnit.SECONDS);
            two.get(10, TimeUnit.SECONDS);
            assertThat(first.lines().refCnt()).isZero();
        }
        assertThat(recorder.firstLines).containsExactly("one", "two");
    }

    @Test
    void leavesASlowWriterToItsThread() throws Exception {
        Recorder recorder = new Recorder(true, 0);
        try (Sink sink = new WriterSink("test-sink", recorder)) {
            flushed(sink, batch(OTHER, "1\n")).get(10, TimeUnit.SECONDS);
            recorder.before = () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            flushed(sink, batch(OTHER, "2\n")).get(10, TimeUnit.SECONDS);
            recorder.before = () -> {};
            flushed(sink, batch(OTHER, "3\n")).get(10, TimeUnit.SECONDS);
        }
        String own = Thread.currentThread().getName();
        assertThat(recorder.threads).containsExactly(own, own, "accu-sink-test-sink");
    }

    @Test
    void doesNotBlameAWriterForWorkOfTheProcessor() throws Exception {
        Recorder recorder = new Recorder(true, 0);
        try (Sink sink = new WriterSink("test-sink", recorder)) {
            recorder.before = () -> {
                long start = System.nanoTime();
                while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(30)) {
                    Thread.onSpinWait();
                }
            };
            for (int i = 0; i < 4; i++) {
                flushed(sink, batch(OTHER, i + "\n")).get(10, TimeUnit.SECONDS);
            }
        }
        assumeThat(Path.of("/proc/thread-self/schedstat")).exists();
        assertThat(recorder.threads).containsOnly(Thread.currentThread().getName());
    }

    @Test
    void reopensBeforeLongWhateverComes() throws Exception {
        Recorder recorder = new Recorder(true, 0);
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> loops = new ArrayList<>();
        try (Sink sink = new WriterSink("test-sink", recorder)) {
            for (int i = 0; i < 4; i++) {
                loops.add(new Thread(() -> {
                    while (!stop.get()) {
                        flushed(sink, batch(OTHER, "x".repeat(1000) + "\n"));
                    }
                }));
            }
            loops.forEach(Thread::start);
            try {
                for (int i = 1; i <= 5; i++) {
                    int times = i;
                    sink.reopen();
                    await().atMost(5, TimeUnit.SECONDS).until(() -> recorder.reopenings.get() == times);
                }
            } finally {
                stop.set(true);
                for (Thread loop : loops) {
                    loop.join();
                }
            }
        }
    }

    @Test
    void reopensWhileItsSendersAreHeldAndSaysWhyTheyAre() throws Exception {
        Recorder recorder = new Recorder(false, 0);
        recorder.problem = new HeldException("no-space", "no space left on device", new IOException("full"));
        try (Sink sink = new WriterSink("test-sink", recorder)) {
            assertThat(sink.held()).isEmpty();
            CompletableFuture<Void> stored = flushed(sink, batch(OTHER, "one\n"));
            await().until(() -> sink.held().isPresent());
            assertThat(sink.held()).contains("no-space");
            sink.reopen();
            await().until(() -> recorder.reopenings.get() == 1);
            assertThat(stored).isNotDone();
            recorder.problem = null;
            stored.get(10, TimeUnit.SECONDS);
            await().until(() -> sink.held().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesUpWhenItsCloserIsInterrupted(boolean held) throws Exception {
        Recorder recorder = new Recorder(false, held ? 0 : 1);
        if (held) {
            recorder.problem = new HeldException("no-space", "no space left on device", new IOException("full"));
        }
        Sink sink = new WriterSink("test-sink", recorder);
        LineBatch first = batch(OTHER, "one\n");
        CompletableFuture<Void> one = flushed(sink, first);
        await().until(() -> held ? sink.held().isPresent() : !recorder.threads.isEmpty());
        LineBatch second = batch(OTHER, "two\n");
        CompletableFuture<Void> two = flushed(sink, second);
        AtomicBoolean flagStays = new AtomicBoolean();
        Thread closer = new Thread(() -> {
            sink.close();
            flagStays.set(Thread.currentThread().isInterrupted());
        });
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        closer.interrupt();
        closer.join(5000);
        assertThat(closer.isAlive()).isFalse();
        assertThat(flagStays).isTrue();
        assertThat(one).failsWithin(5, TimeUnit.SECONDS);
        assertThat(two).failsWithin(5, TimeUnit.SECONDS);
        assertThat(first.lines().refCnt() + second.lines().refCnt()).isZero();
        assertThat(recorder.closed).isTrue();
        sink.close();
    }

    @Test
    void closesWhenItIsToldToByWhoWasToldThatSomethingIsStored() throws Exception {
        Recorder recorder = new Recorder(false, 0);
        Sink sink = new WriterSink("test-sink", recorder);
        sink.accept(batch(OTHER, "one\n"), failure -> sink.close());
        sink.flush();
        await().atMost(10, TimeUnit.SECONDS).untilTrue(recorder.closed);
    }

    @Test
    void tellsTheOthersWhenOneWhoIsToldThrows() throws Exception {
        Recorder recorder = new Recorder(false, 1);
        AtomicInteger told = new AtomicInteger();
        try (Sink sink = new WriterSink("test-sink", recorder)) {
            for (int i = 0; i < 5; i++) {
                sink.accept(batch(OTHER, "line\n"), failure -> {
                    told.incrementAndGet();
                    throw new StackOverflowError("in a callback");
                });
            }
            sink.flush();
            recorder.gate.countDown();
            await().atMost(10, TimeUnit.SECONDS).until(() -> told.get() == 5);
            flushed(sink, batch(OTHER, "next\n")).get(10, TimeUnit.SECONDS);
        }
    }

    @SuppressWarnings("OverrideThrowableToString") // what a program may do
    private static final class Unspeakable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new IllegalStateException("no words");
        }
    }

    static Stream<Throwable> thrown() {
        return Stream.of(
                new IllegalStateException("no"),
                new StackOverflowError("too deep"),
                new OutOfMemoryError("Java heap space"),
                new Unspeakable());
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void failsWithWhatAHandlerThrew(Throwable thrown) {
        Sink sink = Sinks.handler(line -> sneaky(thrown));
        List<LineBatch> batches = List.of(batch(OTHER, "one\n"), batch(FLOOD, "two\n"));
        for (LineBatch each : batches) {
            assertThat(flushed(sink, each))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withRootCauseInstanceOf(thrown.getClass())
                    .satisfies(failure -> assertThat(failure).rootCause().isSameAs(thrown));
            assertThat(each.lines().refCnt()).isZero();
        }
        sink.close();
        assertThat(flushed(sink, batch(OTHER, "late\n"))).isDone();
    }

    private static void sneaky(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    @Test
    void outlivesAWriterThatClosesWhatItWasGiven() throws Exception {
        AtomicInteger commits = new AtomicInteger();
        try (Sink sink = new WriterSink("test-sink", new LineWriter() {
            @Override
            public void write(LineBatch batch) {
                batch.close();
            }

            @Override
            public void commit() {
                commits.incrementAndGet();
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}
        })) {
            flushed(sink, batch(OTHER, "one\n")).get(10, TimeUnit.SECONDS);
            flushed(sink, batch(OTHER, "two\n")).get(10, TimeUnit.SECONDS);
        }
        assertThat(commits).hasValue(2);
    }
}
