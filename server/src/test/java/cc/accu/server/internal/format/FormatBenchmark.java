package cc.accu.server.internal.format;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
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

/** What a format costs for a batch of so many lines of 100 bytes; divide by {@code lines}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@SuppressWarnings("missing-explicit-ctor") // JMH makes it
public class FormatBenchmark {
    /** Lines of about 100 bytes, which a format may treat each in its own way. */
    public enum Content {
        ASCII("0123456789".repeat(10)),
        QUOTES("{\"level\":\"info\",\"at\":\"C:\\\\temp\",\"text\":\"%s\"}"
                .formatted("0123456789".repeat(5) + "01234")),
        UMLAUTS("Gr\u00fc\u00dfe 789".repeat(8) + "0123"),
        EMOJIS("\ud83d\ude00 5678901234".repeat(6) + "0123456789"),
        NOT_UTF8("\u00ff123456789".repeat(10));

        private final String text;

        Content(String text) {
            this.text = text;
        }

        byte[] line() {
            return (text + "\n").getBytes(this == NOT_UTF8 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        }
    }

    /** The formats, and what they were measured against. */
    public enum Subject {
        RAW,
        TEXT,
        JSON,
        JACKSON;

        private LineFormat create() {
            return switch (this) {
                case RAW -> Batches.VERBATIM;
                case TEXT -> new LineFormat.Text();
                case JSON -> new JsonFormat();
                case JACKSON -> new JacksonFormat();
            };
        }
    }

    @Param
    Subject subject = Subject.RAW;

    @Param
    Content content = Content.ASCII;

    @Param({"1", "2600"})
    int lines;

    private LineFormat format = new LineFormat.Text();
    private LineBatch batch = Batches.of("");
    private ByteBuf out = Unpooled.EMPTY_BUFFER;

    /** With nothing to format yet. */
    public FormatBenchmark() {}

    @Setup
    public void fill() {
        format = subject.create();
        byte[] line = content.line();
        ByteBuf received = PooledByteBufAllocator.DEFAULT.directBuffer(lines * line.length);
        for (int i = 0; i < lines; i++) {
            received.writeBytes(line);
        }
        batch = LineBatch.of(received, lines, Batches.TCP, 1_000_000, Batches.MILLIS);
        out = PooledByteBufAllocator.DEFAULT.directBuffer(256 * 1024);
    }

    @TearDown
    public void close() {
        batch.close();
        out.release();
    }

    @Benchmark
    public int move() {
        out.clear();
        try (LineBatch same = batch.share()) {
            format.move(same, out, Integer.MAX_VALUE);
        }
        return out.writerIndex();
    }
}
