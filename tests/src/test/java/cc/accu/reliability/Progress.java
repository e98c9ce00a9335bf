package cc.accu.reliability;

/** Says on standard output how far a run is, now and then. */
final class Progress {
    private static final long EVERY_NANOS = 5_000_000_000L;

    private final String fault;
    private final int rounds;
    private final long startNanos = System.nanoTime();
    private long saidNanos = startNanos;

    Progress(String fault, int rounds) {
        this.fault = fault;
        this.rounds = rounds;
    }

    void round(int done, long acknowledged, Findings findings) {
        if (System.nanoTime() - saidNanos < EVERY_NANOS) {
            return;
        }
        saidNanos = System.nanoTime();
        String problems = findings.problems().isEmpty()
                ? ""
                : ", problems: " + findings.problems().size();
        System.out.printf(
                "       %s %,d/%,d after %d s, acknowledged=%,d%s%n",
                fault, done, rounds, seconds(), acknowledged, problems);
    }

    long seconds() {
        return (System.nanoTime() - startNanos) / 1_000_000_000;
    }
}
