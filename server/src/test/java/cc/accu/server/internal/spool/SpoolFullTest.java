package cc.accu.server.internal.spool;

import static cc.accu.server.internal.spool.SpoolDirectory.flushed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.server.sink.Batches;
import cc.accu.server.sink.OpenSpool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A spool takes no more room than it was given. */
@Timeout(120)
class SpoolFullTest {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int LINES = 150 * SpoolDirectory.TIMES;
    private static final String TEXT = "x".repeat(10_000);

    @TempDir
    Path directory;

    @Test
    void holdsItsSendersWhileItIsFullAndGoesOnWhenLinesAreForwarded() throws Exception {
        SpoolDirectory spools = new SpoolDirectory(directory.resolve("spool"));
        try (OpenSpool spool = OpenSpool.open(spools.path(), MOST_BYTES)) {
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            for (int i = 1; i <= LINES; i++) {
                stored.add(flushed(spool, Batches.of(i + TEXT + "\n")));
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> spool.sink().held().isPresent());
            assertThat(spool.sink().held()).contains("spool-full");
            assertThat(stored.get(LINES - 1)).isNotDone();
            assertThat(spool.depthBytes()).isBetween(MOST_BYTES / 2L, (long) MOST_BYTES);
            for (int i = 1; i <= LINES; i++) {
                SpoolReader.Spooled next =
                        spool.reader().next(Duration.ofSeconds(10)).orElseThrow();
                assertThat(SpoolDirectory.numbered(next)).containsExactly(i + " " + i + TEXT);
                assertThat(spools.bytes()).isLessThanOrEqualTo(MOST_BYTES);
                spool.reader().confirm(i);
            }
            for (CompletableFuture<Void> one : stored) {
                one.get(10, TimeUnit.SECONDS);
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> spool.sink().held().isEmpty());
        }
    }

    @Test
    void takesLinesThatAreLargerThanItIsOneAtATime() throws Exception {
        try (OpenSpool spool = OpenSpool.open(directory.resolve("spool"), 1)) {
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                stored.add(flushed(spool, Batches.of(i + TEXT + "\n")));
            }
            for (int i = 1; i <= 3; i++) {
                Optional<SpoolReader.Spooled> next = spool.reader().next(Duration.ofSeconds(10));
                assertThat(SpoolDirectory.numbered(next.orElseThrow())).containsExactly(i + " " + i + TEXT);
                spool.reader().confirm(i);
            }
            stored.get(2).get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void isNotFullWhenAllIsForwarded() throws Exception {
        try (OpenSpool spool = OpenSpool.open(directory.resolve("spool"), MOST_BYTES)) {
            for (int i = 1; i <= LINES; i++) {
                flushed(spool, Batches.of(i + TEXT + "\n")).get(10, TimeUnit.SECONDS);
                SpoolDirectory.numbered(
                        spool.reader().next(Duration.ofSeconds(10)).orElseThrow());
                spool.reader().confirm(i);
            }
            assertThat(spool.sink().held()).isEmpty();
        }
    }

    /** Also what comes together goes over the bound only as far as its first lines do. */
    @Test
    void boundsWhatComesTogetherWhileItIsEmpty() throws Exception {
        try (OpenSpool spool = OpenSpool.open(directory.resolve("spool"), MOST_BYTES)) {
            CompletableFuture<Void> stored = flushed(spool, Batches.of((TEXT + "\n").repeat(300)));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> spool.sink().held().isPresent());
            assertThat(spool.sink().held()).contains("spool-full");
            assertThat(spool.depthBytes()).isLessThanOrEqualTo(MOST_BYTES);
            for (long confirmed = 0; confirmed < 300; ) {
                Optional<SpoolReader.Spooled> next = spool.reader().next(Duration.ofMillis(100));
                if (next.isPresent()) {
                    next.get().batch().close();
                    confirmed = next.get().last();
                    spool.reader().confirm(confirmed);
                }
            }
            stored.get(10, TimeUnit.SECONDS);
        }
    }
}
