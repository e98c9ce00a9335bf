package cc.accu.server.internal.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TalliesTest {
    private static final int THREADS = 4;
    private static final int TIMES = 100_000;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Tallies tallies = new Tallies("colour", 2);

    TalliesTest() {
        tallies.register(registry, "first", "The first sum.", 0);
        tallies.register(registry, "second", "The second sum.", 1);
    }

    @Test
    void beginAtZero() {
        tallies.expect("red");
        assertThat(shown("accu_first")).containsOnly(Map.entry("red", 0.0));
    }

    @Test
    void addUpWhatEachThreadHasOfEachName() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(() -> {
                for (int time = 0; time < TIMES; time++) {
                    tallies.of("red").add(0, 1);
                    tallies.of("blue").add(1, 3);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        double all = (double) THREADS * TIMES;
        assertThat(shown("accu_first")).containsOnly(Map.entry("red", all), Map.entry("blue", 0.0));
        assertThat(shown("accu_second")).containsOnly(Map.entry("red", 0.0), Map.entry("blue", 3 * all));
    }

    private Map<String, Double> shown(String name) {
        return registry.scrape(name::equals).stream()
                .map(CounterSnapshot.class::cast)
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .collect(Collectors.toMap(
                        point -> point.getLabels().get("colour"), CounterSnapshot.CounterDataPointSnapshot::getValue));
    }
}
