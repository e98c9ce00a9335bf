package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundTest {
    private static final long GATHERING_NANOS = 200_000;

    private final EventLoop loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
    private final Round round = new Round(loop, new Outlets(List.of(), ServerObserver.NONE, () -> {}));

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void letsMoreGatherAfterManySmallReads() {
        assertThat(usualTurnAfter(64, 100, false)).isGreaterThan(GATHERING_NANOS / 2);
    }

    @Test
    void goesOnAtOnceAfterFewReads() {
        assertThat(usualTurnAfter(1, 100, false)).isLessThan(GATHERING_NANOS / 2);
    }

    @Test
    void goesOnAtOnceAfterLargeReads() {
        assertThat(usualTurnAfter(64, 64 * 1024, false)).isLessThan(GATHERING_NANOS / 2);
    }

    @Test
    void goesOnAtOnceForASenderWhoWaits() {
        assertThat(usualTurnAfter(64, 100, true)).isLessThan(GATHERING_NANOS / 2);
    }

    /** The median of many. */
    private long usualTurnAfter(int reads, int bytes, boolean oneIsAwaited) {
        List<Long> turns = new ArrayList<>();
        for (int turn = 0; turn < 201; turn++) {
            loop.submit(() -> {
                        for (int read = 0; read < reads; read++) {
                            round.accepted(bytes, oneIsAwaited && read == 0);
                        }
                        long start = System.nanoTime();
                        // Behind the turn's end, which the first of the reads has put into the loop's queue.
                        loop.execute(() -> turns.add(System.nanoTime() - start));
                    })
                    .syncUninterruptibly();
        }
        loop.submit(() -> {}).syncUninterruptibly();
        Collections.sort(turns);
        return turns.get(100);
    }
}
