package cc.accu.reliability;

import java.util.Arrays;
import java.util.List;

/** Looks at senders that always have something to send: none may wait for an ack for long. */
final class StallWatch implements AutoCloseable {
    private static final int EVERY_MILLIS = 5;

    private final List<Account> accounts;
    private final Findings findings;
    private final int limitMillis;
    private final Thread thread = new Thread(this::watch, "stall-watch");
    private volatile boolean closed;
    private volatile long longestMillis;

    StallWatch(List<Account> accounts, Findings findings, int limitMillis) {
        this.accounts = accounts;
        this.findings = findings;
        this.limitMillis = limitMillis;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        int[] last = new int[accounts.size()];
        long[] since = new long[accounts.size()];
        Arrays.fill(since, System.nanoTime());
        while (!closed) {
            for (int i = 0; i < last.length; i++) {
                int now = accounts.get(i).acknowledged();
                if (now > last[i]) {
                    last[i] = now;
                    since[i] = System.nanoTime();
                }
                longestMillis = Math.max(longestMillis, (System.nanoTime() - since[i]) / 1_000_000);
            }
            try {
                Thread.sleep(EVERY_MILLIS);
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
        findings.measured("ms without an ack", longestMillis);
        findings.check(
                longestMillis <= limitMillis,
                "a sender was without an ack for " + longestMillis + " ms, and may be for " + limitMillis);
    }
}
