package cc.accu.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.process.BusyPoll;
import io.netty.channel.SelectStrategy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class LoopWaitTest {
    private final BusyPoll poll = new BusyPoll(Long.MAX_VALUE / 2);
    private final LoopWait wait = new LoopWait(poll);
    private final Queue<Integer> ready = new ArrayDeque<>(List.of(0, 0, 3));

    @Test
    void sleepsWhereNothingIsExpectedSoon() throws Exception {
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(SelectStrategy.SELECT);
    }

    @Test
    void looksAtItsSocketsUntilOneIsReadyThenSleepsAgain() throws Exception {
        poll.begin();
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(SelectStrategy.CONTINUE);
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(SelectStrategy.CONTINUE);
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(3);
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(SelectStrategy.SELECT);
    }

    @Test
    void isAwakeUntilItIsGivenATask() throws Exception {
        poll.begin();
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(SelectStrategy.CONTINUE);
        assertThat(wait.calculateStrategy(ready::remove, true)).isZero();
        assertThat(wait.calculateStrategy(ready::remove, false)).isEqualTo(SelectStrategy.SELECT);
    }
}
