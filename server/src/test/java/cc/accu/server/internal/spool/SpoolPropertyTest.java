package cc.accu.server.internal.spool;

import static cc.accu.server.internal.spool.SpoolDirectory.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.sink.Batches;
import cc.accu.server.sink.OpenSpool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Senders and a forwarder at the same time, with random sizes, confirmations, rewinds and restarts, against what is to come
 * out: each position once for good, with one line for ever, and each sender's lines in order.
 */
@Timeout(60)
class SpoolPropertyTest {
    private static final int SENDERS = 3;
    private static final int BATCHES = 60;

    @TempDir
    Path directory;

    /** What came out, by position. */
    private final Map<Long, String> seen = new HashMap<>();

    private long confirmed;
    private long handedOut;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 3L * SpoolDirectory.TIMES);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void handsOutWhatWasStoredWhateverHappens(long seed) throws Exception {
        Random random = new Random(seed);
        long sent = 0;
        for (int life = 0; life < 3; life++) {
            handedOut = confirmed;
            try (OpenSpool spool = OpenSpool.open(directory, 512 * 1024)) {
                assertThat(spool.depthLines()).as("seed %d", seed).isEqualTo(sent - confirmed);
                List<CompletableFuture<Long>> senders = new ArrayList<>();
                for (int i = 0; i < SENDERS; i++) {
                    Random own = new Random(random.nextLong());
                    String name = life + "-" + i;
                    senders.add(CompletableFuture.supplyAsync(() -> send(spool, name, own)));
                }
                CompletableFuture<Void> all = CompletableFuture.allOf(senders.toArray(CompletableFuture[]::new));
                while (!all.isDone()) {
                    forward(spool, random);
                }
                for (CompletableFuture<Long> sender : senders) {
                    sent += sender.get(10, TimeUnit.SECONDS);
                }
            }
        }
        try (OpenSpool spool = OpenSpool.open(directory, 512 * 1024)) {
            while (confirmed < sent) {
                forward(spool, random);
            }
            assertThat(spool.depthLines()).isZero();
        }
        assertThat(seen).as("seed %d", seed).hasSize((int) sent);
        assertThat(Collections.max(seen.keySet())).isEqualTo(sent);
        Map<String, Integer> last = new HashMap<>();
        for (long position = 1; position <= sent; position++) {
            String[] line = Objects.requireNonNull(seen.get(position)).split(" ", 3);
            assertThat(Integer.parseInt(line[1])).isEqualTo(last.merge(line[0], 1, Integer::sum));
        }
    }

    private static long send(OpenSpool spool, String name, Random random) {
        Origin origin = Origin.of("tcp 127.0.0.1:3000", name);
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        int number = 0;
        for (int i = 0; i < BATCHES; i++) {
            StringBuilder lines = new StringBuilder();
            for (int j = random.nextInt(5); j >= 0; j--) {
                int bytes = random.nextInt(100) == 0 ? random.nextInt(40_000) : random.nextInt(200);
                lines.append(name)
                        .append(' ')
                        .append(++number)
                        .append(' ')
                        .append("y".repeat(bytes))
                        .append('\n');
            }
            waiting.add(
                    accepted(spool.sink(), Batches.of(lines.toString().getBytes(StandardCharsets.US_ASCII), origin)));
            if (random.nextInt(3) == 0) {
                spool.sink().flush();
            }
            if (waiting.size() > 20) {
                spool.sink().flush();
                waiting.remove(0).join();
            }
        }
        spool.sink().flush();
        waiting.forEach(CompletableFuture::join);
        return number;
    }

    private void forward(OpenSpool spool, Random random) throws IOException, InterruptedException {
        Optional<SpoolReader.Spooled> next = spool.reader().next(Duration.ofMillis(10));
        if (next.isPresent()) {
            assertThat(next.get().position()).as("not confirmed").isGreaterThan(confirmed);
            handedOut = next.get().last();
            note(next.get());
        }
        if (random.nextInt(4) == 0 && handedOut > confirmed) {
            confirmed = handedOut - random.nextInt((int) Math.min(handedOut - confirmed, 3));
            spool.reader().confirm(confirmed);
        }
        if (random.nextInt(200) == 0) {
            spool.reader().rewind();
            handedOut = confirmed;
        }
    }

    private void note(SpoolReader.Spooled spooled) {
        long[] position = {spooled.position()};
        try (LineBatch batch = spooled.batch()) {
            batch.forEach(line -> {
                String before = seen.putIfAbsent(position[0]++, line.utf8());
                assertThat(before).isIn(null, line.utf8());
                assertThat(line.utf8()).startsWith(line.origin().peer() + " ");
            });
        }
    }
}
