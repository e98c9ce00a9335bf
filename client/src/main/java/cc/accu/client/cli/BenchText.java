package cc.accu.client.cli;

import cc.accu.client.cli.StoredLines.Verdict;
import java.io.PrintWriter;
import java.util.Locale;

/** For people. One thread. */
final class BenchText implements BenchReport {
    private static final double MEGABYTE = 1e6;

    private final PrintWriter out;

    BenchText(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void starts(BenchPlan plan, String target, String transport) {
        BenchLoad load = plan.load();
        print("run        %s%s", load.run(), target.isEmpty() ? "" : ", to " + target);
        print(
                "messages   %d of %d bytes, over %d connection%s",
                load.messages(), load.size(), load.connections(), load.connections() == 1 ? "" : "s");
        if (!target.isEmpty()) {
            String acks = plan.acknowledged() ? "acknowledged" : "not acknowledged";
            String pace = plan.rate() == 0 ? "as fast as they go" : plan.rate() + " messages/s";
            String limit = plan.inFlight() == 0 ? "" : ", " + plan.inFlight() + " in flight on each connection";
            print("how        %s, %s%s", acks, pace, limit);
            print("with       a window of %d bytes for each connection, transport %s", plan.windowBytes(), transport);
        }
        out.flush();
    }

    @Override
    public void sent(BenchPlan plan, BenchResult result) {
        BenchLoad load = plan.load();
        print(
                "sent       in %.3f s: %.0f messages/s, %.1f MB/s",
                result.seconds(), result.perSecond(load.messages()), result.perSecond(load.bytes()) / MEGABYTE);
        if (plan.acknowledged()) {
            print(
                    "latency    %s; acknowledged means %s",
                    plan.rate() > 0
                            ? "from when a message was to be sent by the schedule, until it was acknowledged"
                            : "under full load, from when a message was handed over, until it was acknowledged",
                    result.durable());
            StringBuilder line = new StringBuilder("          ");
            PERCENTILES.forEach((percentile, name) -> line.append(String.format(
                    Locale.ROOT, " %s %.3f ms,", name, millis(result.latency().percentileMicros(percentile)))));
            print("%s max %.3f ms", line, millis(result.latency().mostMicros()));
        }
        out.flush();
    }

    private static double millis(double micros) {
        return micros / 1000;
    }

    @Override
    public void stored(Verdict verdict) {
        print(
                "stored     %d: lost %d, duplicate %d, reordered %d, damaged %d, foreign %d",
                verdict.stored(),
                verdict.lost(),
                verdict.duplicate(),
                verdict.reordered(),
                verdict.damaged(),
                verdict.foreign());
        if (verdict.stored() == 0 && verdict.foreign() > 0) {
            print("           (none of this run: is the file in raw format, and the run's?)");
        }
    }

    @Override
    public void ends() {
        out.flush();
    }

    private void print(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }
}
