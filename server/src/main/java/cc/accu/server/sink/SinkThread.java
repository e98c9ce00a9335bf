package cc.accu.server.sink;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of a sink, which finishes what the sink accepted and ends. Any thread. */
final class SinkThread {
    private static final Logger LOG = LoggerFactory.getLogger(SinkThread.class);
    private static final long GIVE_UP_MILLIS = 1000;

    private final String address;
    private final Thread thread;

    /** @param address the sink's; what is before its colon names the thread */
    SinkThread(String address, Runnable work) {
        this.address = address;
        this.thread = new Thread(work, "accu-sink-" + address.split("[:?]", 2)[0]);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /**
     * Waits for its end. When the caller is interrupted, that is given up: the thread is interrupted too, which ends what it
     * waits for if that can be ended, and lets it close what it has.
     *
     * @param giveUp has all that is not stored fail, before the thread is interrupted
     * @param failRest fails what waits for a thread that does not end
     */
    void awaitEnd(Runnable giveUp, Runnable failRest) {
        try {
            thread.join();
        } catch (InterruptedException stopWaiting) {
            giveUp.run();
            thread.interrupt();
            awaitInterrupted(failRest);
            Thread.currentThread().interrupt();
        }
    }

    private void awaitInterrupted(Runnable failRest) {
        try {
            thread.join(GIVE_UP_MILLIS);
        } catch (InterruptedException again) {
            LOG.debug("{}: interrupted again", address, again);
        }
        if (thread.isAlive()) {
            LOG.warn("{}: does not end: what it waits for cannot be interrupted", address);
            failRest.run();
        }
    }
}
