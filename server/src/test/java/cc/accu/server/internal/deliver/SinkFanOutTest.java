package cc.accu.server.internal.deliver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.deliver.SinkFanOut.SinkListener;
import cc.accu.server.sink.Sink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SinkFanOutTest {
    private final List<Completion> waiting = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final ByteBuf lines = Unpooled.copiedBuffer("one\n", UTF_8);

    private void accept() {
        List<Sink> sinks = Stream.<Sink>generate(Later::new).limit(3).toList();
        SinkListener deaf = new SinkListener() {
            @Override
            public void stalled(String address) {}

            @Override
            public void resumed(String address) {}

            @Override
            public void failed(String address, Throwable failure) {}
        };
        new SinkFanOut(sinks, deaf)
                .accept(
                        LineBatch.of(lines, 1, Origin.of("tcp :1", "peer"), 1, 0),
                        failure -> told.add(failure == null ? "stored" : "failed: " + failure.getMessage()));
    }

    @Test
    void isStoredWhenTheLastSinkHasIt() {
        accept();
        waiting.get(0).settled(null);
        waiting.get(1).settled(null);
        assertThat(told).isEmpty();
        waiting.get(2).settled(null);
        assertThat(told).containsExactly("stored");
        assertThat(lines.refCnt()).isZero();
    }

    @Test
    void failsWithTheFirstFailureOnceAllAreDone() {
        accept();
        waiting.get(1).settled(new IOException("disk on fire"));
        waiting.get(2).settled(new IOException("net down"));
        assertThat(told).isEmpty();
        waiting.get(0).settled(null);
        assertThat(told).containsExactly("failed: disk on fire");
    }

    @Test
    void countsASinkOnceThatTellsTwice() {
        accept();
        waiting.get(0).settled(null);
        waiting.get(0).settled(null);
        waiting.get(1).settled(null);
        assertThat(told).isEmpty();
        waiting.get(2).settled(null);
        assertThat(told).containsExactly("stored");
    }

    /** Tells what became of a batch when the test says so. */
    private final class Later implements Sink {
        @Override
        public void accept(LineBatch batch, Completion done) {
            batch.close();
            waiting.add(done);
        }

        @Override
        public String address() {
            return "later";
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public void close() {}
    }
}
