package cc.accu.server.internal.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND); // runs over soon, as nanoTime may

    private TokenBucket bucket(long perSecond) {
        return new TokenBucket(perSecond, clock::get);
    }

    @Test
    void hasASecondsWorthAtFirst() {
        assertThat(bucket(10).available()).isEqualTo(10);
    }

    @Test
    void savesNoMoreThanThat() {
        TokenBucket bucket = bucket(10);
        clock.addAndGet(100 * SECOND);
        assertThat(bucket.available()).isEqualTo(10);
    }

    @Test
    void fillsWithTime() {
        TokenBucket bucket = bucket(10);
        bucket.take(10);
        assertThat(bucket.available()).isZero();
        clock.addAndGet(SECOND / 2);
        assertThat(bucket.available()).isEqualTo(5);
    }

    @Test
    void givesNoMoreThanIsThere() {
        TokenBucket bucket = bucket(10);
        assertThat(bucket.takeUpTo(7)).isEqualTo(7);
        assertThat(bucket.takeUpTo(7)).isEqualTo(3);
        assertThat(bucket.takeUpTo(7)).isZero();
        bucket.take(100);
        assertThat(bucket.takeUpTo(7)).isZero();
    }

    @Test
    void isOwedWhatIsTakenWithoutBeingThere() {
        TokenBucket bucket = bucket(10);
        bucket.take(35);
        clock.addAndGet(2 * SECOND);
        assertThat(bucket.available()).isLessThan(1);
        clock.addAndGet(SECOND);
        assertThat(bucket.available()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 10, 999, 1_000_000, 10_000_000_000L, Long.MAX_VALUE - 1})
    void isWorthWhileWhenItSaid(long perSecond) {
        TokenBucket bucket = bucket(perSecond);
        assertThat(bucket.isWorthWhile()).isTrue();
        bucket.take(Math.min(perSecond, 1L << 30));
        long wait = bucket.nanosUntilWorthWhile();
        assertThat(wait).isLessThanOrEqualTo(SECOND + 1);
        clock.addAndGet(Math.max(0, wait));
        assertThat(bucket.isWorthWhile()).isTrue();
    }

    @Test
    void isNotWorthWhileBefore() {
        TokenBucket bucket = bucket(100);
        bucket.take(100);
        clock.addAndGet(bucket.nanosUntilWorthWhile() - 10);
        assertThat(bucket.isWorthWhile()).isFalse();
    }
}
