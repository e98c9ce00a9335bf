package cc.accu.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import cc.accu.client.cli.BenchPlan.Schedule;
import cc.accu.client.cli.BenchRun.Latency;
import cc.accu.client.cli.BenchRun.Latency.Times;
import org.junit.jupiter.api.Test;

class BenchLatencyTest {
    private static final long MILLIS = 1_000_000;
    private static final long START = 5_000 * MILLIS;

    private final Latency latency = new Latency();

    @Test
    void whatWaitsBehindAStallIsDelayedToo() {
        // A message each millisecond. The first is acknowledged after a second; so long, its sender sends no other.
        Schedule pace = Schedule.of(1000, 1, 0, START);
        latency.acknowledged(pace, 0, 1, new Times(START, START + 1000 * MILLIS));
        latency.acknowledged(pace, 1, 999, new Times(START + 1000 * MILLIS, START + 1000 * MILLIS));
        assertThat(latency.count()).isEqualTo(1000);
        assertThat(latency.percentileMicros(50)).isCloseTo(500_000, within(2000.0));
        assertThat(latency.percentileMicros(99)).isCloseTo(990_000, within(2000.0));
        assertThat(latency.mostMicros()).isCloseTo(1_000_000, within(1000.0));
    }

    @Test
    void withoutAScheduleItCountsFromTheHandOver() {
        Schedule pace = Schedule.of(0, 1, 0, START);
        latency.acknowledged(pace, 0, 99, new Times(START + 10 * MILLIS, START + 11 * MILLIS));
        latency.acknowledged(pace, 99, 1, new Times(START + 10 * MILLIS, START + 30 * MILLIS));
        assertThat(latency.percentileMicros(99)).isCloseTo(1000, within(2.0));
        assertThat(latency.mostMicros()).isCloseTo(20_000, within(20.0));
    }

    @Test
    void addsUp() {
        Latency sum = new Latency();
        latency.acknowledged(Schedule.of(0, 1, 0, 0), 0, 3, new Times(0, MILLIS));
        latency.addTo(sum);
        latency.addTo(sum);
        assertThat(sum.count()).isEqualTo(6);
    }

    @Test
    void sendersTakeTurnsInTheSchedule() {
        Schedule second = Schedule.of(1000, 4, 1, START);
        assertThat(second.intendedAt(0)).isEqualTo(START + MILLIS);
        assertThat(second.intendedAt(1)).isEqualTo(START + 5 * MILLIS);
        assertThat(second.due(0, START + MILLIS - 1)).isZero();
        assertThat(second.due(0, START + MILLIS)).isEqualTo(1);
        assertThat(second.due(0, START + 5 * MILLIS - 1)).isEqualTo(1);
        assertThat(second.due(0, START + 5 * MILLIS)).isEqualTo(2);
        assertThat(second.due(2, START + 5 * MILLIS)).isZero();
    }

    @Test
    void theScheduleDoesNotWaitForALateSender() {
        Schedule pace = Schedule.of(1000, 1, 0, START);
        assertThat(pace.due(0, START + 250 * MILLIS)).isEqualTo(251);
        assertThat(pace.due(100, START + 250 * MILLIS)).isEqualTo(151);
    }

    @Test
    void waitsForTheTime() {
        long now = System.nanoTime();
        Schedule pace = Schedule.of(100, 1, 0, now);
        assertThat(pace.await(3, 10)).isPositive();
        assertThat(System.nanoTime() - now).isGreaterThanOrEqualTo(30 * MILLIS);
    }
}
