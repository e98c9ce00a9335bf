package cc.accu.internal.process;

import java.util.concurrent.TimeUnit;

/**
 * A short time in which a thread looks again and again instead of sleeping, because what it waits for mostly comes sooner
 * than a sleeping thread wakes. It lets others have the processor between two looks. After the third time in a row that
 * ended without a result, the next is left out, after the fourth the next two, and so on up to 64, until one pays again:
 * what comes late costs next to nothing. One thread.
 */
public final class BusyPoll {
    /** More than a quick disk takes for a commit, and a sender on this machine for its next line. */
    static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int PATIENCE = 3;
    private static final int MOST_LEFT_OUT_BITS = 6;

    private final long mostNanos;
    private boolean on;
    private long end;
    private int inVain;
    private int toLeaveOut;

    /** Looks for a millisecond at most. */
    public BusyPoll() {
        this(MOST_NANOS);
    }

    /** @param mostNanos how long it looks at most */
    public BusyPoll(long mostNanos) {
        this.mostNanos = mostNanos;
    }

    /** Something is waited for from now on. */
    public void begin() {
        if (toLeaveOut > 0) {
            toLeaveOut--;
            return;
        }
        on = true;
        end = System.nanoTime() + mostNanos;
    }

    /** Whether to look once more; if not, the thread may sleep. */
    @SuppressWarnings("ThreadPriorityCheck") // correct without it; with it, a thread that has work is not kept waiting
    public boolean goesOn() {
        if (on && System.nanoTime() - end >= 0) {
            on = false;
            inVain++;
            toLeaveOut = inVain < PATIENCE ? 0 : 1 << Math.min(inVain - PATIENCE, MOST_LEFT_OUT_BITS);
        }
        if (on) {
            Thread.yield();
        }
        return on;
    }

    /** It has come. */
    public void succeeded() {
        if (on) {
            on = false;
            inVain = 0;
        }
    }
}
