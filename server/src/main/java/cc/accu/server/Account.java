package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;

/** The books of one connection; every entry is in the server's books too, and told to who observes. Event-loop confined
 * but for {@link #books}. */
final class Account {
    private final Origin origin;
    private final Intake intake;
    private final Ledger own = new Ledger();

    Account(Origin origin, Intake intake) {
        this.origin = origin;
        this.intake = intake;
    }

    void received(LineBatch batch) {
        own.received(batch.count());
        intake.ledger().received(batch.count());
        intake.observer().received(origin, batch.count(), batch.bytes());
    }

    void stored(int lines) {
        own.stored(lines);
        intake.ledger().stored(lines);
        intake.observer().stored(origin, lines);
    }

    void discarded(Discarded reason, int lines) {
        own.discarded(reason, lines);
        intake.ledger().discarded(reason, lines);
        intake.observer().discarded(origin, reason, lines);
    }

    /** A line that never came out of the framing, which dropped it. */
    void dropped() {
        own.received(1);
        intake.ledger().received(1);
        discarded(Discarded.TOO_LONG, 1);
    }

    Books books() {
        return own.books();
    }
}
