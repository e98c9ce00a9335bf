package cc.accu.client.cli;

import cc.accu.client.cli.BenchPlan.Load;
import cc.accu.client.cli.StoredLines.Verdict;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Tells what a benchmark does, and what came of it, in the order of these methods. One thread. */
interface BenchReport {
    /** The percentiles that are told, and their names. */
    Map<Double, String> PERCENTILES = new TreeMap<>(Map.of(50.0, "p50", 90.0, "p90", 99.0, "p99", 99.9, "p99.9"));

    /**
     * It starts.
     *
     * @param target where to; empty if nothing is sent
     * @param transport what drives TCP
     */
    void starts(BenchPlan plan, String target, String transport);

    void sent(BenchPlan plan, BenchRun.Result result);

    void stored(StoredLines.Verdict verdict);

    /** It is over, well or not. */
    void ends();

    /** For people. One thread. */
    final class Text implements BenchReport {
        private static final double MEGABYTE = 1e6;

        private final PrintWriter out;

        Text(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void starts(BenchPlan plan, String target, String transport) {
            Load load = plan.load();
            print("run        %s%s", load.run(), target.isEmpty() ? "" : ", to " + target);
            print(
                    "messages   %d of %d bytes, over %d connection%s",
                    load.messages(), load.size(), load.connections(), load.connections() == 1 ? "" : "s");
            if (!target.isEmpty()) {
                String acks = plan.acknowledged() ? "acknowledged" : "not acknowledged";
                String pace = plan.rate() == 0 ? "as fast as they go" : plan.rate() + " messages/s";
                String limit = plan.inFlight() == 0 ? "" : ", " + plan.inFlight() + " in flight on each connection";
                print("how        %s, %s%s", acks, pace, limit);
                print(
                        "with       a window of %d bytes for each connection, transport %s",
                        plan.windowBytes(), transport);
            }
            out.flush();
        }

        @Override
        public void sent(BenchPlan plan, BenchRun.Result result) {
            Load load = plan.load();
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
                        Locale.ROOT,
                        " %s %.3f ms,",
                        name,
                        millis(result.latency().percentileMicros(percentile)))));
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

    /** For programs: one object, at the end. One thread. */
    final class Json implements BenchReport {
        private final PrintWriter out;
        private final JsonObject all = new JsonObject();

        Json(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void starts(BenchPlan plan, String target, String transport) {
            Load load = plan.load();
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
        public void sent(BenchPlan plan, BenchRun.Result result) {
            Load load = plan.load();
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

    /** Prints one JSON object on one line, its members in their order. One thread. */
    final class JsonObject {
        private final StringJoiner members = new StringJoiner(",", "{", "}");

        JsonObject put(String name, String value) {
            return add(name, quoted(value));
        }

        JsonObject put(String name, long value) {
            return add(name, Long.toString(value));
        }

        JsonObject put(String name, double value) {
            return add(name, Double.isFinite(value) ? Double.toString(value) : "null");
        }

        JsonObject put(String name, boolean value) {
            return add(name, Boolean.toString(value));
        }

        JsonObject put(String name, JsonObject value) {
            return add(name, value.toString());
        }

        private JsonObject add(String name, String value) {
            members.add(quoted(name) + ":" + value);
            return this;
        }

        private static String quoted(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    quoted.append('\\').append(c);
                } else if (c < ' ') {
                    quoted.append(String.format("\\u%04x", (int) c));
                } else {
                    quoted.append(c);
                }
            }
            return quoted.append('"').toString();
        }

        @Override
        public String toString() {
            return members.toString();
        }
    }
}
