package cc.accu.reliability;

import java.io.IOException;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A sender that speaks accu/1 with nothing but a socket: it keeps what is not acknowledged, and sends it again, in order, on
 * its next connection. Runs on a thread of its own until {@link #finish} or {@link #close}.
 */
final class AckSender implements AutoCloseable {
    private static final int LONGEST_PAUSE_MILLIS = 20;

    private final Account account;
    private final Supplier<ServerAddress> server;
    private final Lines lines;
    private final Findings findings;
    private final SenderOptions options;
    private final Random random;
    private final Thread thread;

    private volatile int limit = Integer.MAX_VALUE;
    private volatile boolean finishing;
    private volatile boolean stopped;

    AckSender(
            Account account,
            Supplier<ServerAddress> server,
            Lines lines,
            Findings findings,
            SenderOptions options,
            long seed) {
        this.account = account;
        this.server = server;
        this.lines = lines;
        this.findings = findings;
        this.options = options;
        this.random = new Random(seed + account.sender());
        this.thread = new Thread(this::run, "sender-" + account.sender());
        this.thread.setDaemon(true);
    }

    AckSender start() {
        thread.start();
        return this;
    }

    private void run() {
        boolean finished = false;
        while (!stopped && !finished) {
            try (SenderSocket socket = server.get().connect()) {
                findings.counted("connections");
                finished = new Conversation(this, socket, random).hold();
            } catch (IOException lost) {
                // What a cut, a kill or a restart looks like from here: the next connection goes on.
            }
            pause();
        }
    }

    private void pause() {
        try {
            Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
        } catch (InterruptedException stop) {
            stopped = true;
        }
    }

    Account account() {
        return account;
    }

    Lines lines() {
        return lines;
    }

    SenderOptions options() {
        return options;
    }

    Findings findings() {
        return findings;
    }

    /** The last line that may be sent for now. */
    int limit() {
        return finishing ? account.attempted() : limit;
    }

    boolean isStopped() {
        return stopped;
    }

    boolean isFinished() {
        return (finishing || account.attempted() == limit) && account.acknowledged() == account.attempted();
    }

    /** Sends that many lines and no more. */
    AckSender upTo(int sequence) {
        limit = sequence;
        return this;
    }

    /** Sends nothing new. What was sent goes on being sent until it is acknowledged. */
    void finish() {
        finishing = true;
    }

    boolean awaitEnd(long millis) throws InterruptedException {
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.interrupt();
        thread.join();
    }
}
