package cc.accu.client.cli;

import java.util.Map;
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

    void sent(BenchPlan plan, BenchResult result);

    void stored(StoredLines.Verdict verdict);

    /** It is over, well or not. */
    void ends();
}
