package cc.accu.client.cli;

import java.util.concurrent.Semaphore;

/** How many messages of one sender may wait for their acknowledgement. Any thread. */
final class InFlight {
    private static final int NO_LIMIT = 0;

    private final Semaphore room;
    private final boolean limited;

    /**
     * @param most 0 for no limit but that of the client's window
     */
    InFlight(int most) {
        limited = most != NO_LIMIT;
        room = new Semaphore(most);
    }

    /** Waits until there is room for one, and takes room for up to {@code wanted}: for how many. */
    int take(int wanted) throws InterruptedException {
        if (!limited) {
            return wanted;
        }
        room.acquire();
        int more = Math.min(wanted - 1, room.availablePermits());
        // Only this sender takes, so what was there still is.
        room.acquire(more);
        return 1 + more;
    }

    void giveBack(int messages) {
        if (limited) {
            room.release(messages);
        }
    }
}
