package cc.accu.server.internal.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TurnFlusherTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> turn = new ArrayList<>();
    private final ReadShare share = new ReadShare(new AtomicLong());
    private final TurnFlusher flusher = new TurnFlusher(
            channel.eventLoop(),
            () -> turn.add("flush"),
            nanos -> turn.add("park"),
            share,
            () -> turn.add("stay awake"));

    @Test
    void letsMoreGatherAfterManySmallReads() {
        assertThat(turnAfter(64, 100, false)).containsExactly("flush", "park");
    }

    @Test
    void goesOnAtOnceAfterFewReads() {
        assertThat(turnAfter(1, 100, false)).containsExactly("flush");
    }

    @Test
    void goesOnAtOnceAfterLargeReads() {
        assertThat(turnAfter(64, 64 * 1024, false)).containsExactly("flush");
    }

    @Test
    void goesOnAtOnceForASenderWhoWaits() {
        assertThat(turnAfter(64, 100, true)).containsExactly("flush");
    }

    @Test
    void countsEachTurnAnew() {
        turnAfter(64, 100, true);
        turnAfter(4, 100, false);
        turn.clear();
        assertThat(turnAfter(64, 100, false)).containsExactly("flush", "park");
    }

    @Test
    void hasTheNextTurnsReadLessWhenASenderWaitsAmongMany() {
        for (int read = 0; read < 1000; read++) {
            share.bytesToRead(64 * 1024);
        }
        turnAfter(1, 100, true);
        assertThat(share.isOnce()).isTrue();
    }

    @Test
    void staysAwakeForTheCommitOfALineThatSomebodyWaitsFor() {
        assertThat(turnAfter(1, 100, true)).containsExactly("stay awake", "flush");
    }

    @Test
    void mayFallAsleepWhereNobodyWaitsOrMuchElseComes() {
        turnAfter(1, 100, false);
        turnAfter(2, 100, true);
        assertThat(turnAfter(1, 64 * 1024, true)).containsExactly("flush", "flush", "flush");
    }

    private List<String> turnAfter(int reads, int bytes, boolean oneIsAwaited) {
        for (int read = 0; read < reads; read++) {
            flusher.accepted(bytes, oneIsAwaited && read == 0);
        }
        assertThat(turn).as("before the end of the turn").doesNotContain("park");
        channel.runPendingTasks();
        return turn;
    }
}
