package cc.accu.internal.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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

/** What framing costs for one read of so many lines of 100 bytes; divide by {@code lines}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class FramingBenchmark {
    private static final PooledByteBufAllocator POOL = PooledByteBufAllocator.DEFAULT;
    private static final String LINE = "0123456789".repeat(10);

    /** 2600 lines fill a receive buffer of 256 KiB. */
    @Param({"1", "4", "64", "2600"})
    int lines;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private ByteBuf plain = Unpooled.EMPTY_BUFFER;
    private ByteBuf withReturns = Unpooled.EMPTY_BUFFER;

    /** With a pipeline whose end drops what it is given. */
    public FramingBenchmark() {
        channel.config().setAllocator(POOL);
        LineInput.appendTo(channel.pipeline(), LineFraming.DEFAULT, Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:51234"));
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ((LineBatch) message).close();
            }
        });
    }

    @Setup
    public void fill() {
        plain = received((LINE + "\n").repeat(lines));
        withReturns = received((LINE + "\r\n").repeat(lines));
    }

    private static ByteBuf received(String text) {
        return POOL.directBuffer(text.length()).writeBytes(text.getBytes(US_ASCII));
    }

    @TearDown
    public void close() {
        channel.finishAndReleaseAll();
        plain.release();
        withReturns.release();
    }

    @Benchmark
    public void decode() {
        channel.pipeline().fireChannelRead(plain.retainedDuplicate());
    }

    @Benchmark
    public void decodeReturns() {
        channel.pipeline().fireChannelRead(withReturns.retainedDuplicate());
    }

    @Benchmark
    public LineCounter.Scan scan() {
        return LineCounter.scan(plain);
    }

    @Benchmark
    public void dropReturns() {
        ByteSearch.withoutReturns(POOL, withReturns.duplicate()).release();
    }
}
