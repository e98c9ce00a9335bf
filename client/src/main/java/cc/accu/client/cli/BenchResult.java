package cc.accu.client.cli;

import java.util.concurrent.TimeUnit;

/**
 * What a benchmark measured.
 *
 * @param durable what an acknowledgement means; empty without acknowledgements
 */
record BenchResult(long nanos, String durable, BenchLatency latency) {
    double seconds() {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    double perSecond(long things) {
        return things / seconds();
    }
}
