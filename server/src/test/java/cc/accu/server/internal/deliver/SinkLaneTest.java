package cc.accu.server.internal.deliver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.deliver.SinkFanOut.SinkListener;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.Sink.SinkClosedException;
import cc.accu.server.sink.SinkState;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SinkLaneTest {
    private static final int MORE_THAN_PATIENCE_SECONDS = 6;

    private final List<String> told = new ArrayList<>();
    private Runnable whenResumed = () -> {};
    private final SinkListener listener = new SinkListener() {
        @Override
        public void stalled(String address) {
            told.add(address + " stalled");
        }

        @Override
        public void resumed(String address) {
            told.add(address + " resumed");
            whenResumed.run();
        }

        @Override
        public void failed(String address, Throwable failure) {
            told.add(address + " failed: " + failure.getMessage());
        }
    };

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel timer =
            EmbeddedChannel.builder().ticker(ticker).build();
    private Optional<String> held = Optional.empty();
    private final List<Completion> waiting = new ArrayList<>();
    private final SinkLane lane = laneOf(new Memory());

    private SinkLane laneOf(Sink sink) {
        return new SinkLane(sink, listener, timer.eventLoop());
    }

    private void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            ticker.advance(1, TimeUnit.SECONDS);
            timer.runScheduledPendingTasks();
        }
    }

    private void store() {
        waiting.forEach(done -> done.settled(null));
        waiting.clear();
    }

    @Test
    void isGoodWhileNothingWaits() {
        assertThat(lane.state().health()).isEqualTo(SinkState.Health.GOOD);
        assertThat(lane.state().sink()).isEqualTo("memory");
    }

    @Test
    void isSlowWhenNothingIsStoredForSecondsAndGoodWhenItGoesOn() {
        lane.accept(batch(), failure -> {});
        assertThat(lane.state().waitingMessages()).isEqualTo(3);
        pass(MORE_THAN_PATIENCE_SECONDS);
        assertThat(lane.state().health()).isEqualTo(SinkState.Health.SLOW);
        assertThat(lane.held()).contains("no-progress");
        store();
        assertThat(lane.held()).isEmpty();
        pass(MORE_THAN_PATIENCE_SECONDS);
        assertThat(lane.state().health()).isEqualTo(SinkState.Health.GOOD);
        assertThat(lane.state().waitingMessages()).isZero();
        assertThat(told).containsExactly("memory stalled", "memory resumed");
        lane.close();
    }

    @Test
    void staysGoodWhileItStoresNowAndThen() {
        for (int i = 0; i < 10; i++) {
            lane.accept(batch(), failure -> {});
            pass(2);
            waiting.remove(0).settled(null);
            lane.accept(batch(), failure -> {});
        }
        assertThat(told).isEmpty();
        lane.close();
    }

    /** What comes while it is found that nothing waits any more is looked after as well. */
    @Test
    void isSlowAgainWhenWhatCameDuringALookIsNotStored() {
        lane.accept(batch(), failure -> {});
        pass(MORE_THAN_PATIENCE_SECONDS);
        store();
        whenResumed = () -> lane.accept(batch(), failure -> {});
        pass(MORE_THAN_PATIENCE_SECONDS);
        whenResumed = () -> {};
        pass(2 * MORE_THAN_PATIENCE_SECONDS);
        assertThat(told).containsExactly("memory stalled", "memory resumed", "memory stalled");
        lane.close();
    }

    @Test
    void looksAfterNothingOnceItIsClosed() {
        lane.accept(batch(), failure -> {});
        lane.close();
        pass(3 * MORE_THAN_PATIENCE_SECONDS);
        assertThat(told).isEmpty();
        assertThat(timer.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void saysOnceThatAndWhyItHasFailed() {
        lane.accept(batch(), failure -> {});
        waiting.get(0).settled(new IOException("disk on fire"));
        lane.accept(batch(), failure -> {});
        assertThat(lane.state().health()).isEqualTo(SinkState.Health.FAILED);
        assertThat(lane.state().problem()).contains("disk on fire");
        assertThat(told).containsExactly("memory failed: disk on fire");
        lane.close();
    }

    @Test
    void takesWhatASinkThrowsForItsFailure() {
        List<Runnable> broken = List.of(
                () -> {
                    throw new IllegalStateException("no such luck");
                },
                () -> {
                    throw new StackOverflowError("deep");
                });
        for (Runnable accept : broken) {
            told.clear();
            SinkLane border = laneOf(new Throwing(accept));
            LineBatch first = batch();
            LineBatch second = batch();
            List<Boolean> stored = new ArrayList<>();
            border.accept(first, failure -> stored.add(failure == null));
            border.accept(second, failure -> stored.add(failure == null));
            assertThat(stored).containsExactly(false, false);
            assertThat(border.state().health()).isEqualTo(SinkState.Health.FAILED);
            assertThat(border.state().waitingMessages()).isZero();
            assertThat(told).hasSize(1);
            assertThat(first.lines().refCnt() + second.lines().refCnt()).isZero();
            border.flush();
            border.reopen();
            border.close();
        }
    }

    @Test
    @SuppressWarnings("NullAway") // what a program without null checks may do
    void takesASinkThatGivesNothingBackForAFailedOne() {
        held = null;
        assertThat(lane.held()).isEmpty();
        assertThat(lane.hasFailed()).isTrue();
    }

    @Test
    void countsWhatASinkTellsTwiceOrBeforeItThrowsOnce() {
        List<@Nullable Throwable> settled = new ArrayList<>();
        SinkLane border = laneOf(new Throwing(() -> {}) {
            @Override
            public void accept(LineBatch batch, Completion done) {
                batch.close();
                done.settled(null);
                done.settled(new IOException("again"));
                throw new IllegalStateException("after all");
            }
        });
        border.accept(batch(), settled::add);
        assertThat(settled).hasSize(1).containsOnlyNulls();
        assertThat(border.hasFailed()).isTrue();
        assertThat(border.state().waitingMessages()).isZero();
    }

    @Test
    void saysWhatHoldsItUntilItHasFailed() {
        held = Optional.of("no-space");
        assertThat(lane.held()).contains("no-space");
        assertThat(lane.state().health()).isEqualTo(SinkState.Health.HELD);
        lane.accept(batch(), failure -> {});
        waiting.get(0).settled(new IOException("disk on fire"));
        assertThat(lane.held()).isEmpty();
        lane.close();
    }

    @Test
    void doesNotTakeAClosedSinkForAFailedOne() {
        List<@Nullable Throwable> settled = new ArrayList<>();
        lane.accept(batch(), settled::add);
        lane.close();
        waiting.get(0).settled(new SinkClosedException("no time left"));
        assertThat(lane.hasFailed()).isFalse();
        assertThat(settled).isEmpty();
        assertThat(told).isEmpty();
    }

    private static LineBatch batch() {
        return LineBatch.of(Unpooled.copiedBuffer("a\nb\nc\n", UTF_8), 3, Origin.of("tcp :1", "peer"), 1, 0);
    }

    /** Somebody's code. */
    private static class Throwing implements Sink {
        private final Runnable accept;

        Throwing(Runnable accept) {
            this.accept = accept;
        }

        @Override
        public void accept(LineBatch batch, Completion done) {
            accept.run();
        }

        @Override
        public void flush() {
            throw new IllegalStateException("flush");
        }

        @Override
        public void reopen() {
            throw new IllegalStateException("reopen");
        }

        @Override
        public String address() {
            return "throwing";
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public void close() {
            throw new IllegalStateException("close");
        }
    }

    /** Stores when the test says so. */
    private final class Memory implements Sink {
        @Override
        public void accept(LineBatch batch, Completion done) {
            batch.close();
            waiting.add(done);
        }

        @Override
        public String address() {
            return "memory";
        }

        @Override
        public Durability durability() {
            return Durability.NONE;
        }

        @Override
        public Optional<String> held() {
            return held;
        }

        @Override
        public void close() {}
    }
}
