package cc.accu.server.internal.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadShareTest {
    private static final int LARGE = 256 * 1024;

    private final AtomicLong awaitedAt = new AtomicLong(-TimeUnit.DAYS.toNanos(1));
    private final ReadShare share = new ReadShare(awaitedAt);
    private long now;

    @Test
    void readsMuchAtOnceWhileNobodyWaits() {
        turn(500, false);
        assertThat(share.bytesToRead(LARGE)).isEqualTo(LARGE);
        assertThat(share.isOnce()).isFalse();
    }

    @Test
    void readsMuchAtOnceOfFewWhileOneWaits() {
        turn(10, true);
        assertThat(share.bytesToRead(LARGE)).isEqualTo(LARGE);
        assertThat(share.isOnce()).isFalse();
    }

    @Test
    void sharesATurnAmongManyWhileOneWaits() {
        turn(128, true);
        assertThat(share.bytesToRead(LARGE)).isEqualTo(8 * 1024);
        assertThat(share.isOnce()).isTrue();
    }

    @Test
    void givesEachASmallRead() {
        turn(100_000, true);
        assertThat(share.bytesToRead(LARGE)).isEqualTo(4 * 1024);
    }

    @Test
    void neverReadsMoreThanThereIsRoom() {
        turn(128, true);
        assertThat(share.bytesToRead(100)).isEqualTo(100);
    }

    @Test
    void knowsOfWhoWaitsAtAnotherLoop() {
        ReadShare other = new ReadShare(awaitedAt);
        other.endTurn(true, now);
        turn(128, false);
        assertThat(share.isOnce()).isTrue();
    }

    @Test
    void readsMuchAgainOnceNobodyHasWaitedForASecond() {
        turn(128, true);
        now += TimeUnit.MILLISECONDS.toNanos(999);
        turn(128, false);
        assertThat(share.isOnce()).isTrue();
        now += TimeUnit.MILLISECONDS.toNanos(1);
        turn(128, false);
        assertThat(share.isOnce()).isFalse();
    }

    @Test
    void countsEachTurnAnew() {
        turn(128, true);
        turn(10, true);
        assertThat(share.isOnce()).isFalse();
    }

    private void turn(int reads, boolean awaited) {
        for (int i = 0; i < reads; i++) {
            share.bytesToRead(LARGE);
        }
        share.endTurn(awaited, now);
    }
}
