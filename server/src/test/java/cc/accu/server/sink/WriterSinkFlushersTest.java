package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.format.LineFormat;
import cc.accu.server.sink.LineWriter.HeldException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads hand over and flush, as event loops do, while the writer is quick, hesitates, stands still, and is full. */
@Timeout(60)
class WriterSinkFlushersTest {
    private static final int THREADS = 4;
    private static final int BATCHES = 1500;

    /** A quick writer that is not always quick. */
    private static final class MoodyWriter implements LineWriter {
        private final Random mood = new Random(1);
        private final StringBuilder written = new StringBuilder();
        private boolean used;

        @Override
        public void write(LineBatch batch) throws IOException {
            assertThat(used).as("used by two threads at a time").isFalse();
            used = true;
            written.append(batch.lines().toString(StandardCharsets.UTF_8));
            int chance = mood.nextInt(1000);
            if (chance < 40) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(chance < 4 ? 300 : 3000));
            }
            used = false;
            if (chance < 4) {
                throw new HeldException("no-space", "no space left", new IOException("full"));
            }
        }

        @Override
        public void commit() {
            if (mood.nextInt(2000) == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(60));
            }
        }

        @Override
        public boolean isQuick() {
            return true;
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public void close() {}
    }

    @Test
    void storesAllOfThemInTheOrderOfEachThread() throws Exception {
        check("", sink -> sink);
    }

    @Test
    void storesAllOfThemInOrderWhenItFormats() throws Exception {
        LineFormat marked = (batch, out, enough) -> {
            out.writeByte('+');
            Batches.VERBATIM.move(batch, out, enough);
        };
        check("+", sink -> new Formatter(sink, () -> marked));
    }

    private static void check(String mark, UnaryOperator<Sink> decorated) throws Exception {
        MoodyWriter writer = new MoodyWriter();
        try (Sink sink = decorated.apply(new WriterSink("test-sink", writer))) {
            List<CompletableFuture<Void>> senders = IntStream.range(0, THREADS)
                    .mapToObj(sender ->
                            CompletableFuture.runAsync(() -> send(sink, sender), task -> new Thread(task).start()))
                    .toList();
            for (CompletableFuture<Void> sender : senders) {
                sender.get(30, TimeUnit.SECONDS);
            }
        }
        for (int sender = 0; sender < THREADS; sender++) {
            String prefix = mark + sender + " ";
            List<String> stored = writer.written
                    .toString()
                    .lines()
                    .filter(line -> line.startsWith(prefix))
                    .toList();
            assertThat(stored)
                    .isEqualTo(IntStream.range(0, BATCHES)
                            .mapToObj(i -> prefix + i)
                            .toList());
        }
    }

    /** Waits for what it sent, every now and then, without anybody else's help. */
    private static void send(Sink sink, int sender) {
        Random random = new Random(sender);
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            waiting.add(SinkContract.accepted(sink, Batches.of(sender + " " + i + "\n")));
            if (random.nextInt(4) == 0) {
                sink.flush();
            }
            if (i % 500 == 499) {
                sink.flush();
                CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new))
                        .join();
            }
        }
    }
}
