package cc.accu.client.cli;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How long messages took from the time when they should have been sent to their acknowledgement; where no such time is
 * set, from when they were handed to the client. Any thread.
 */
final class BenchLatency {
    private static final int DIGITS = 3;

    private final Histogram nanos = new Histogram(DIGITS);

    /** So many messages from {@code first} on were acknowledged. */
    synchronized void acknowledged(BenchPace pace, long first, int count, Times times) {
        if (!pace.isScheduled()) {
            nanos.recordValueWithCount(times.acknowledgedAt - times.handedAt, count);
            return;
        }
        for (long message = first; message < first + count; message++) {
            nanos.recordValue(Math.max(0, times.acknowledgedAt - pace.intendedAt(message)));
        }
    }

    /** Of messages that went together. */
    record Times(long handedAt, long acknowledgedAt) {}

    synchronized void addTo(BenchLatency sum) {
        sum.add(nanos);
    }

    private synchronized void add(Histogram more) {
        nanos.add(more);
    }

    /** What that percentage of messages did not take longer than. */
    synchronized double percentileMicros(double percentile) {
        return nanos.getValueAtPercentile(percentile) / (double) TimeUnit.MICROSECONDS.toNanos(1);
    }

    synchronized double mostMicros() {
        return nanos.getMaxValue() / (double) TimeUnit.MICROSECONDS.toNanos(1);
    }

    synchronized long count() {
        return nanos.getTotalCount();
    }
}
