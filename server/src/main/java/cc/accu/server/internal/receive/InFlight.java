package cc.accu.server.internal.receive;

import cc.accu.line.LineBatch;

/** A batch that is with the sinks, and what became of it. Event-loop confined. */
public final class InFlight {
    final int lines;
    private final int heldBytes;
    Outcome outcome = Outcome.OPEN;

    /** What became of it. */
    enum Outcome {
        OPEN,
        STORED,
        FAILED
    }

    public InFlight(LineBatch batch) {
        this.lines = batch.count();
        this.heldBytes = batch.heldBytes();
    }

    /** How many lines it has. */
    public int lines() {
        return lines;
    }

    /** Memory that it holds until it is settled. */
    public int heldBytes() {
        return heldBytes;
    }

    /** It is known what became of it. */
    public void settled(boolean stored) {
        outcome = stored ? Outcome.STORED : Outcome.FAILED;
    }
}
