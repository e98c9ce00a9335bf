package cc.accu.client;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.client.EndpointRing.Backoff;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static long mostMillisOf(int attempt) {
        return IntStream.range(0, 2000)
                .mapToLong(seed -> {
                    Backoff backoff = new Backoff(new Random(seed));
                    IntStream.range(0, attempt).forEach(i -> backoff.next());
                    return backoff.next().toMillis();
                })
                .max()
                .orElseThrow();
    }

    @Test
    void waitsForAnythingUpToABoundThatDoublesToFiveSeconds() {
        assertThat(mostMillisOf(0)).isBetween(45L, 50L);
        assertThat(mostMillisOf(1)).isBetween(90L, 100L);
        assertThat(mostMillisOf(6)).isBetween(2900L, 3200L);
        assertThat(mostMillisOf(7)).isBetween(4500L, 5000L);
        assertThat(mostMillisOf(100)).isBetween(4500L, 5000L);
    }

    @Test
    void startsAgainAfterProgress() {
        Backoff backoff = new Backoff(new Random(1));
        IntStream.range(0, 10).forEach(i -> backoff.next());
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(50));
    }
}
