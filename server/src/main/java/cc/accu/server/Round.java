package cc.accu.server;

import io.netty.util.concurrent.EventExecutor;

/**
 * One turn of an event loop: what its connections read in it goes to the sinks together. Netty runs the tasks of a loop
 * after it has read all channels that were ready. Event-loop confined.
 */
final class Round implements Runnable {
    private final EventExecutor loop;
    private final Outlets outlets;
    private boolean endIsComing;

    Round(EventExecutor loop, Outlets outlets) {
        this.loop = loop;
        this.outlets = outlets;
    }

    /** There is something to flush when the turn ends. */
    void accepted() {
        if (!endIsComing) {
            endIsComing = true;
            loop.execute(this);
        }
    }

    /** The end of the turn. */
    @Override
    public void run() {
        endIsComing = false;
        outlets.flush();
    }
}
