package cc.accu.server.internal.deliver;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.deliver.SinkFanOut.SinkListener;
import cc.accu.server.sink.Sink;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What comes while the watch of a sink ends is looked after all the same. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "it is seen that nothing is stored")
@Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "nobody looks after what waits")
@State
public class SinkLaneStress {
    private static final int MORE_THAN_PATIENCE_SECONDS = 6;
    private static final Origin ORIGIN = Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:51234");
    private static final SinkListener NOBODY = new SinkListener() {
        @Override
        public void stalled(String address) {}

        @Override
        public void resumed(String address) {}

        @Override
        public void failed(String address, Throwable failure) {}
    };

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel timer =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final StoresWhenTold sink = new StoresWhenTold();
    private final SinkLane lane = new SinkLane(sink, NOBODY, timer.eventLoop());

    public SinkLaneStress() {
        lane.accept(batch(), failure -> {});
        sink.latest.settled(null);
        ticker.advance(MORE_THAN_PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static LineBatch batch() {
        return LineBatch.of(Unpooled.EMPTY_BUFFER, 1, ORIGIN, 1, 0);
    }

    private static final class StoresWhenTold implements Sink {
        Completion latest = failure -> {};

        @Override
        public String address() {
            return "memory";
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public void accept(LineBatch batch, Completion done) {
            latest = done;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Actor
    public void theWatchEnds() {
        timer.runScheduledPendingTasks();
    }

    @Actor
    public void oneComes() {
        lane.accept(batch(), failure -> {});
    }

    @Arbiter
    public void look(Z_Result result) {
        ticker.advance(MORE_THAN_PATIENCE_SECONDS, TimeUnit.SECONDS);
        result.r1 = lane.held().isPresent();
    }
}
