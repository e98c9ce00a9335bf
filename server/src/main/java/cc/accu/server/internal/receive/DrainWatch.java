package cc.accu.server.internal.receive;

import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;

/** Finds out when what had arrived at the stop of a server is taken. Event-loop confined. */
public final class DrainWatch {
    /** A sender with nothing to read for this long, while the server stops, has nothing more under way to us. */
    private static final long QUIET_MILLIS = 20;

    /** More rounds of reading than any receive buffer lasts for: whatever comes later was sent after the stop. */
    private static final int MOST_ROUNDS = 32;

    private final Channel channel;
    private final ReadGate gate;
    private final Runnable whenTaken;
    private int readRounds;

    /**
     * @param whenTaken called once after {@link #begin}, unless the input ends by itself
     */
    public DrainWatch(Channel channel, ReadGate gate, Runnable whenTaken) {
        this.channel = channel;
        this.gate = gate;
        this.whenTaken = whenTaken;
    }

    /** The channel has read what there was. */
    public void readComplete() {
        readRounds++;
    }

    /** The server stops. */
    public void begin() {
        lookLater(readRounds, readRounds + MOST_ROUNDS);
    }

    private void lookLater(int roundsBefore, int lastRound) {
        channel.eventLoop().schedule(() -> look(roundsBefore, lastRound), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(int roundsBefore, int lastRound) {
        if (gate.hasEnded()) {
            return;
        }
        boolean quiet = gate.isOpen() && readRounds == roundsBefore;
        if (quiet || gate.isStuck() || readRounds >= lastRound) {
            whenTaken.run();
        } else {
            lookLater(readRounds, lastRound);
        }
    }
}
