package cc.accu.client.cli;

import cc.accu.client.cli.StoredLines.Verdict;
import java.io.PrintWriter;

/** For programs: one object, at the end. One thread. */
final class BenchJson implements BenchReport {
    private final PrintWriter out;
    private final JsonObject all = new JsonObject();

    BenchJson(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void starts(BenchPlan plan, String target, String transport) {
        BenchLoad load = plan.load();
        all.put("run", load.run())
                .put("target", target)
                .put("messages", load.messages())
                .put("size", load.size())
                .put("connections", load.connections())
                .put("ack", plan.acknowledged())
                .put("rate", plan.rate())
                .put("inFlight", plan.inFlight())
                .put("windowBytes", plan.windowBytes())
                .put("transport", transport);
    }

    @Override
    public void sent(BenchPlan plan, BenchResult result) {
        BenchLoad load = plan.load();
        all.put("seconds", result.seconds())
                .put("messagesPerSecond", result.perSecond(load.messages()))
                .put("bytesPerSecond", result.perSecond(load.bytes()));
        if (plan.acknowledged()) {
            JsonObject latency = new JsonObject().put("from", plan.rate() > 0 ? "schedule" : "hand-over");
            PERCENTILES.forEach(
                    (percentile, name) -> latency.put(name, result.latency().percentileMicros(percentile)));
            latency.put("max", result.latency().mostMicros());
            all.put("durable", result.durable()).put("latencyMicros", latency);
        }
    }

    @Override
    public void stored(Verdict verdict) {
        JsonObject lines = new JsonObject()
                .put("stored", verdict.stored())
                .put("lost", verdict.lost())
                .put("duplicate", verdict.duplicate())
                .put("reordered", verdict.reordered())
                .put("damaged", verdict.damaged())
                .put("foreign", verdict.foreign());
        all.put("verify", lines);
    }

    @Override
    public void ends() {
        out.println(all);
        out.flush();
    }
}
