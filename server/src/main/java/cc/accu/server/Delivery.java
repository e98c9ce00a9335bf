package cc.accu.server;

import cc.accu.line.LineBatch;

/** A batch that is with the sinks. Event-loop confined. */
final class Delivery {
    final int lines;
    final int heldBytes;
    Outcome outcome = Outcome.OPEN;

    /** What became of it. */
    enum Outcome {
        OPEN,
        STORED,
        FAILED
    }

    Delivery(LineBatch batch) {
        this.lines = batch.count();
        this.heldBytes = batch.heldBytes();
    }
}
