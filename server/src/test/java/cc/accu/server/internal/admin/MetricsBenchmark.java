package cc.accu.server.internal.admin;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.buffer.Unpooled;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to be watched: all that is counted for one batch, from its arrival to its being stored, and for a commit. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("missing-explicit-ctor") // JMH makes it
public class MetricsBenchmark {
    private static final String SINK = "file:/tmp/x";

    private final Metrics metrics = new Metrics(new PrometheusRegistry());
    private final MessageTap tap = new MessageTap();
    private final Origin origin = Origin.of("tcp :1", "peer");
    private final LineBatch batch = LineBatch.of(Unpooled.buffer().writeZero(99).writeByte('\n'), 1, origin, 1, 0);

    @Benchmark
    public void aBatch() {
        metrics.received(batch);
        tap.received(batch);
        metrics.sinkStored(SINK, 1, 100);
        metrics.stored(origin, 1);
    }

    @Benchmark
    public void anAcknowledgement() {
        metrics.acknowledged(origin, 1, 300_000);
    }

    @Benchmark
    public void aCommit() {
        metrics.sinkCommitted(SINK, 100, 200_000);
    }
}
