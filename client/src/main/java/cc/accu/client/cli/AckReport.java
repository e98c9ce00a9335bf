package cc.accu.client.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.function.LongSupplier;

/** Prints how many lines are acknowledged, soon after there are more. A thread of its own, so that it holds up nobody. */
final class AckReport implements AutoCloseable {
    private static final long EVERY_MILLIS = 5;

    private final LongSupplier acknowledged;
    private final PrintWriter out;
    private final Thread thread = new Thread(this::run, "accu-client-report");
    private long printed;

    private AckReport(LongSupplier acknowledged, PrintWriter out) {
        this.acknowledged = acknowledged;
        this.out = out;
    }

    static AckReport start(LongSupplier acknowledged, PrintWriter out) {
        AckReport report = new AckReport(acknowledged, out);
        report.thread.setDaemon(true);
        report.thread.start();
        return report;
    }

    /** Prints nothing. */
    static AckReport none() {
        return new AckReport(() -> 0, new PrintWriter(Writer.nullWriter()));
    }

    private void run() {
        try {
            while (true) {
                print();
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (InterruptedException closed) {
            print();
        }
    }

    /** Prints the number, if it has grown. Any thread. */
    synchronized void print() {
        long now = acknowledged.getAsLong();
        if (now > printed) {
            out.println("acked=" + now);
            out.flush();
            printed = now;
        }
    }

    /** Prints the last number. */
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
