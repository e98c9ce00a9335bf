package cc.accu.server.internal.admin;

import io.netty.util.concurrent.FastThreadLocal;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;

/**
 * Sums by name, for what is counted with every batch: each thread has its own, so that adding takes no atomic operation, and
 * whoever asks adds them up. For a few threads that live long. Any thread.
 */
final class Tallies {
    private final String label;
    private final int sums;
    private final Map<String, Queue<Tally>> byName = new ConcurrentHashMap<>();

    private final FastThreadLocal<OfThread> own = new FastThreadLocal<>() {
        @Override
        protected OfThread initialValue() {
            return new OfThread(Tallies.this::made);
        }
    };

    /**
     * @param label what the names are of
     * @param sums how many there are of each name
     */
    Tallies(String label, int sums) {
        this.label = label;
        this.sums = sums;
    }

    /** Shows one of the sums. */
    void register(PrometheusRegistry registry, String name, String help, int which) {
        CounterWithCallback.builder()
                .name("accu_" + name + "_total")
                .help(help)
                .labelNames(label)
                .callback(counter -> byName.keySet().forEach(each -> counter.call((double) sum(each, which), each)))
                .register(registry);
    }

    /** The sums of one name and one thread, which alone adds to them. */
    static final class Tally {
        private final String name;
        private final AtomicLongArray values;

        private Tally(String name, int sums) {
            this.name = name;
            this.values = new AtomicLongArray(sums);
        }

        void add(int which, long amount) {
            values.setOpaque(which, values.getPlain(which) + amount);
        }
    }

    /** Those of one thread, the one that it used last at hand: mostly it is asked for again. One thread. */
    private static final class OfThread {
        private final Function<String, Tally> maker;
        private final Map<String, Tally> all = new HashMap<>();
        private Tally last = new Tally("", 0);

        OfThread(Function<String, Tally> maker) {
            this.maker = maker;
        }

        Tally of(String name) {
            if (!last.name.equals(name)) {
                last = all.computeIfAbsent(name, maker);
            }
            return last;
        }
    }

    /** What the calling thread adds to. */
    Tally of(String name) {
        return own.get().of(name);
    }

    private Tally made(String name) {
        Tally tally = new Tally(name, sums);
        known(name).add(tally);
        return tally;
    }

    /** From now on there is that name, with sums of zero. */
    void expect(String name) {
        known(name);
    }

    private Queue<Tally> known(String name) {
        return byName.computeIfAbsent(name, first -> new ConcurrentLinkedQueue<>());
    }

    private long sum(String name, int which) {
        return known(name).stream()
                .mapToLong(tally -> tally.values.getOpaque(which))
                .sum();
    }
}
