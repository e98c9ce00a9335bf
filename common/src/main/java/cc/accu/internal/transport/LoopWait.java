package cc.accu.internal.transport;

import cc.accu.internal.process.BusyPoll;
import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * How an event loop waits when it has nothing to do: asleep, or for a short time awake. While it is awake, whoever gives it
 * a task needs no system call for that. Event-loop confined.
 */
final class LoopWait implements SelectStrategy {
    private final BusyPoll poll;

    /** @param poll begins when what the loop waits for may come soon */
    LoopWait(BusyPoll poll) {
        this.poll = poll;
    }

    @Override
    public int calculateStrategy(IntSupplier readyNow, boolean hasTasks) throws Exception {
        if (hasTasks) {
            poll.succeeded();
            return readyNow.get();
        }
        if (!poll.goesOn()) {
            return SELECT;
        }
        int ready = readyNow.get();
        if (ready > 0) {
            poll.succeeded();
            return ready;
        }
        return CONTINUE;
    }
}
