package cc.accu.server.internal.admin;

import cc.accu.server.LineServer;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkState;
import cc.accu.server.sink.SinkState.Health;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a server knows of itself when it is asked, for Prometheus. One thread at a time. */
final class ServerCollector implements MultiCollector {
    private static final double MILLIS = 1e-3;

    private final Supplier<@Nullable LineServer> server;
    private final Supplier<List<String>> problems;

    /** Counters do not go back, also where a wait is counted in two places at once. */
    private final Map<String, Double> heldSeconds = new HashMap<>();

    /**
     * @param server none before it runs
     * @param problems why it is not ready, empty if it is
     */
    ServerCollector(Supplier<@Nullable LineServer> server, Supplier<List<String>> problems) {
        this.server = server;
        this.problems = problems;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        boolean isReady = problems.get().isEmpty();
        all.metricSnapshot(gauge("accu_ready", "Whether /readyz says yes.", isReady ? 1 : 0));
        LineServer running = server.get();
        if (running == null) {
            return all.build();
        }
        all.metricSnapshot(gauge(
                "accu_in_flight_lines",
                "Lines that came in, and are neither stored nor discarded.",
                running.books().inFlight()));
        all.metricSnapshot(gauge(
                "accu_buffer_used_bytes",
                "Memory taken by lines that are not stored or not finished.",
                running.bufferedBytes()));
        all.metricSnapshot(gauge(
                "accu_buffer_limit_bytes",
                "What they may take.",
                running.limits().bufferBytes()));
        all.metricSnapshot(gauge(
                "accu_connections_limit",
                "Connections that may be open.",
                running.limits().maxConnections()));
        all.metricSnapshot(held(running));
        all.metricSnapshot(certificates(running));
        sinks(running.sinks(), all);
        return all.build();
    }

    private static GaugeSnapshot gauge(String name, String help, long value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(
                        GaugeDataPointSnapshot.builder().value((double) value).build())
                .build();
    }

    private CounterSnapshot held(LineServer running) {
        CounterSnapshot.Builder held = CounterSnapshot.builder()
                .name("accu_senders_held_seconds")
                .help("For how long senders were not read, all together.");
        running.held().forEach((reason, time) -> {
            double seconds = heldSeconds.merge(reason, time.toMillis() * MILLIS, Math::max);
            held.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(Labels.of("reason", reason))
                    .value(seconds)
                    .build());
        });
        return held.build();
    }

    private static GaugeSnapshot certificates(LineServer running) {
        GaugeSnapshot.Builder expiry = GaugeSnapshot.builder()
                .name("accu_tls_certificate_expiry_timestamp_seconds")
                .help("When the listener's certificate expires, in seconds since 1970.");
        running.certificates()
                .forEach((listener, end) -> expiry.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("listener", listener.toString()))
                        .value((double) end.getEpochSecond())
                        .build()));
        return expiry.build();
    }

    private static void sinks(List<SinkState> sinks, MetricSnapshots.Builder all) {
        all.metricSnapshot(ofSinks(
                "accu_sink_up",
                "Whether the sink stores: neither held nor failed.",
                sinks,
                sink -> isUp(sink) ? 1 : 0));
        all.metricSnapshot(ofSinks(
                "accu_sink_waiting_lines",
                "Lines that the sink was given and has not stored.",
                sinks,
                SinkState::waitingMessages));
        List<SinkState> onDisks =
                sinks.stream().filter(sink -> sink.storage().isPresent()).toList();
        all.metricSnapshot(ofSinks(
                "accu_sink_free_bytes",
                "What may still be written to the sink's disk.",
                onDisks,
                of(SinkState::storage, Sink.Storage::freeBytes)));
        CounterSnapshot.Builder rotations =
                CounterSnapshot.builder().name("accu_sink_rotations").help("Files that were finished.");
        onDisks.forEach(sink -> rotations.dataPoint(CounterDataPointSnapshot.builder()
                .labels(Labels.of("sink", sink.sink()))
                .value((double) sink.storage().orElseThrow().rotations())
                .build()));
        all.metricSnapshot(rotations.build());
        List<SinkState> spooled =
                sinks.stream().filter(sink -> sink.backlog().isPresent()).toList();
        all.metricSnapshot(ofSinks(
                "accu_spool_lines",
                "Lines that are stored here, and not yet where they are to go.",
                spooled,
                of(SinkState::backlog, Sink.Backlog::lines)));
        all.metricSnapshot(ofSinks(
                "accu_spool_bytes",
                "What these lines take, about.",
                spooled,
                of(SinkState::backlog, Sink.Backlog::bytes)));
        all.metricSnapshot(ofSinks(
                "accu_spool_oldest_seconds",
                "How long ago the first of these lines came in.",
                spooled,
                of(SinkState::backlog, backlog -> seconds(backlog.oldest()))));
    }

    private static double seconds(Duration time) {
        return time.toMillis() * MILLIS;
    }

    private static <T> ToDoubleFunction<SinkState> of(
            Function<SinkState, Optional<T>> part, ToDoubleFunction<T> value) {
        return sink -> value.applyAsDouble(part.apply(sink).orElseThrow());
    }

    static boolean isUp(SinkState sink) {
        return sink.health() == Health.GOOD || sink.health() == Health.SLOW;
    }

    private static GaugeSnapshot ofSinks(
            String name, String help, List<SinkState> sinks, ToDoubleFunction<SinkState> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        sinks.forEach(sink -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(Labels.of("sink", sink.sink()))
                .value(value.applyAsDouble(sink))
                .build()));
        return gauge.build();
    }
}
