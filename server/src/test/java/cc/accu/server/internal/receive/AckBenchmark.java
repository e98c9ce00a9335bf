package cc.accu.server.internal.receive;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.AckWriter.InFlight;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to acknowledge a group of batches, from the sink's word to the bytes of one {@code ack} line. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("missing-explicit-ctor") // JMH makes it
public class AckBenchmark {
    @Param({"1", "16"})
    private int batchesInGroup;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AckWriter acks = new AckWriter(channel, () -> {}, () -> {}, (lines, nanos) -> {});
    private LineBatch batch = LineBatch.of(Unpooled.EMPTY_BUFFER, 1, Origin.of("tcp :1", "peer"), 1, 0);

    @Setup
    public void fill() {
        ByteBuf line = Unpooled.buffer().writeZero(99).writeByte('\n');
        batch = LineBatch.of(line, 1, Origin.of("tcp :1", "peer"), 1, 0);
    }

    @Benchmark
    public boolean acknowledgesAGroup() {
        InFlight[] group = new InFlight[batchesInGroup];
        for (int i = 0; i < batchesInGroup; i++) {
            group[i] = new InFlight(batch);
            acks.handedOver(group[i]);
        }
        for (int i = batchesInGroup - 1; i >= 0; i--) {
            group[i].settled(true);
            acks.advance();
        }
        channel.runPendingTasks();
        return channel.releaseOutbound();
    }

    @TearDown
    public void close() {
        batch.close();
        channel.finishAndReleaseAll();
    }
}
