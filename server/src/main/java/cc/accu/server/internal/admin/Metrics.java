package cc.accu.server.internal.admin;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.Books;
import cc.accu.server.Discarded;
import cc.accu.server.LineServer;
import cc.accu.server.ServerObserver;
import cc.accu.server.internal.admin.Tallies.Tally;
import cc.accu.server.sink.SinkState;
import cc.accu.transport.Refused;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what a server tells of, for Prometheus: names end in their unit, and times are seconds. Any thread; called for
 * every batch, so that a batch costs a few additions.
 */
public final class Metrics implements ServerObserver {
    private static final double NANOS = 1e-9;
    private static final double[] SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };
    private static final double[] BYTES = {256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216};

    private static final int STORED_LINES = 0;
    private static final int STORED_BYTES = 1;
    private static final int RECEIVED_LINES = 1;
    private static final int RECEIVED_BYTES = 2;

    private final Counter connections;
    private final Gauge open;
    private final Counter refused;
    private final Counter handshakes;
    private final Counter cut;
    private final Counter endings;
    private final Counter discarded;
    private final Histogram ackLatency;
    private final Histogram commitSeconds;
    private final Histogram commitBytes;
    private final Tallies ofListeners = new Tallies("listener", 3);
    private final Tallies ofSinks = new Tallies("sink", 2);
    private final Map<String, OfListener> listeners = new ConcurrentHashMap<>();
    private final Map<String, OfSink> sinks = new ConcurrentHashMap<>();

    /** Adds its metrics to {@code registry}. */
    public Metrics(PrometheusRegistry registry) {
        Info.builder()
                .name("accu_build_info")
                .help("What runs.")
                .labelNames("version")
                .register(registry)
                .setLabelValues(version());
        connections = counter(registry, "connections", "Connections that were accepted.", "listener");
        open = Gauge.builder()
                .name("accu_connections_open")
                .help("Connections that are open.")
                .labelNames("listener")
                .register(registry);
        refused = counter(registry, "connections_refused", "Connections that were turned away.", "listener", "reason");
        handshakes = counter(registry, "tls_handshakes", "TLS handshakes that succeeded.", "listener", "version");
        ofListeners.register(registry, "received_lines", "Lines that came in.", RECEIVED_LINES);
        ofListeners.register(
                registry, "received_bytes", "Bytes of the lines that came in, with their ends.", RECEIVED_BYTES);
        ofListeners.register(registry, "stored_lines", "Lines that all sinks have stored.", STORED_LINES);
        ofSinks.register(registry, "sink_stored_lines", "Lines that the sink has stored.", STORED_LINES);
        ofSinks.register(registry, "sink_stored_bytes", "Bytes of these lines, as they came in.", STORED_BYTES);
        cut = counter(registry, "cut_lines", "Pieces that too long lines were cut into, but for the last.", "listener");
        endings = counter(
                registry, "cut_endings", "Last lines without an end, by what ended the input.", "listener", "end");
        discarded = counter(registry, "discarded_lines", "Lines that will not be stored.", "listener", "reason");
        ackLatency = histogram(
                registry,
                "ack_latency_seconds",
                "From when a line was read to its acknowledgement, a batch each.",
                "listener",
                SECONDS);
        commitSeconds = histogram(
                registry, "commit_duration_seconds", "What writing and making safe took at once.", "sink", SECONDS);
        commitBytes =
                histogram(registry, "commit_size_bytes", "What was written and made safe at once.", "sink", BYTES);
    }

    private static String version() {
        String version = LineServer.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder()
                .name("accu_" + name + "_total")
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    private static Histogram histogram(
            PrometheusRegistry registry, String name, String help, String label, double... bounds) {
        return Histogram.builder()
                .name("accu_" + name)
                .help(help)
                .labelNames(label)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    /** Has all that there may be of a server begin at zero: what appears later than its first event looks like no event. */
    public void expect(LineServer server) {
        server.endpoints().forEach(endpoint -> listeners(endpoint.toString()));
        server.sinks().stream().map(SinkState::sink).forEach(this::sink);
    }

    /** Of one listener. */
    private final class OfListener {
        private final CounterDataPoint accepted;
        private final GaugeDataPoint nowOpen;
        private final CounterDataPoint cutLines;
        private final DistributionDataPoint latency;

        OfListener(String listener) {
            accepted = connections.labelValues(listener);
            nowOpen = open.labelValues(listener);
            cutLines = cut.labelValues(listener);
            ofListeners.expect(listener);
            latency = ackLatency.labelValues(listener);
            for (Refused reason : Refused.values()) {
                refused.initLabelValues(listener, reason.toString());
            }
            for (Discarded reason : Discarded.values()) {
                discarded.initLabelValues(listener, reason.toString());
            }
        }
    }

    /** Of one sink. */
    private final class OfSink {
        private final DistributionDataPoint seconds;
        private final DistributionDataPoint size;

        OfSink(String sink) {
            ofSinks.expect(sink);
            seconds = commitSeconds.labelValues(sink);
            size = commitBytes.labelValues(sink);
        }
    }

    private OfListener listeners(String name) {
        OfListener known = listeners.get(name);
        return known == null ? listeners.computeIfAbsent(name, OfListener::new) : known;
    }

    private OfSink sink(String name) {
        OfSink known = sinks.get(name);
        return known == null ? sinks.computeIfAbsent(name, OfSink::new) : known;
    }

    @Override
    public void connected(Origin origin) {
        OfListener listener = listeners(origin.listener());
        listener.accepted.inc();
        listener.nowOpen.inc();
    }

    @Override
    public void secured(Origin origin, String version) {
        handshakes.labelValues(origin.listener(), version).inc();
    }

    @Override
    public void received(LineBatch batch) {
        Tally listener = ofListeners.of(batch.origin().listener());
        listener.add(RECEIVED_LINES, batch.count());
        listener.add(RECEIVED_BYTES, batch.bytes());
        if (batch.cut()) {
            listeners(batch.origin().listener()).cutLines.inc();
        }
        batch.end()
                .ifPresent(end -> endings.labelValues(batch.origin().listener(), end.toString())
                        .inc());
    }

    @Override
    public void stored(Origin origin, int count) {
        ofListeners.of(origin.listener()).add(STORED_LINES, count);
    }

    @Override
    public void acknowledged(Origin origin, int count, long nanos) {
        listeners(origin.listener()).latency.observe(nanos * NANOS);
    }

    @Override
    public void discarded(Origin origin, Discarded reason, int count) {
        if (reason == Discarded.TOO_LONG) {
            ofListeners.of(origin.listener()).add(RECEIVED_LINES, count); // it was never a batch
        }
        discarded.labelValues(origin.listener(), reason.toString()).inc(count);
    }

    @Override
    public void refused(String listener, Refused reason) {
        refused.labelValues(listener, reason.toString()).inc();
    }

    @Override
    public void disconnected(Origin origin, Books books) {
        listeners(origin.listener()).nowOpen.dec();
    }

    @Override
    public void sinkStored(String name, int count, long size) {
        Tally sink = ofSinks.of(name);
        sink.add(STORED_LINES, count);
        sink.add(STORED_BYTES, size);
    }

    @Override
    public void sinkCommitted(String name, long size, long nanos) {
        OfSink sink = sink(name);
        sink.seconds.observe(nanos * NANOS);
        sink.size.observe((double) size);
    }

    /** How many acknowledgements took at most so many seconds, and more than the bound before; infinite is the last. */
    Map<Double, Long> ackLatencies() {
        Map<Double, Long> counts = new TreeMap<>();
        for (HistogramDataPointSnapshot point : ackLatency.collect().getDataPoints()) {
            ClassicHistogramBuckets buckets = point.getClassicBuckets();
            for (int i = 0; i < buckets.size(); i++) {
                counts.merge(buckets.getUpperBound(i), buckets.getCount(i), Long::sum);
            }
        }
        return counts;
    }
}
