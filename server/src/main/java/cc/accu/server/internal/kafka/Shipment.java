package cc.accu.server.internal.kafka;

import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose lines are on their way, each as a record of its own: they arrive in any order, and who waits is told when
 * all have. Owns the batch. Any thread.
 */
final class Shipment {
    private final LineBatch batch;
    private final Completion done;
    private final Optional<SpoolMark> mark;

    /** Lines that need not be sent again: confirmed, or with the dead letters. */
    @GuardedBy("this")
    private final BitSet caredFor;

    /** Lines that are not safe yet. */
    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private int readers;

    @GuardedBy("this")
    private boolean told;

    Shipment(LineBatch batch, Optional<SpoolMark> mark, Completion done) {
        this.batch = batch;
        this.mark = mark;
        this.done = done;
        this.open = batch.count();
        this.caredFor = new BitSet(batch.count());
    }

    /** Keeps the batch open until {@link #isCompletedByReader}; false if it is not open any more. */
    synchronized boolean openForReader() {
        readers += told ? 0 : 1;
        return !told;
    }

    /** To be read by one who has it open. */
    LineBatch batch() {
        return batch;
    }

    /** Where its lines are in a spool, if they come out of one. */
    Optional<SpoolMark> mark() {
        return mark;
    }

    /** Whether the line at that place is to be sent again, if no record is under way. */
    synchronized boolean isToBeSent(int index) {
        return !caredFor.get(index);
    }

    /** The line at that place is confirmed. This says, as do the next two, whether {@link #settle} is to be called. */
    synchronized boolean isCompletedBy(int index) {
        if (caredFor.get(index)) {
            return false; // by a producer that was given up, and the next
        }
        caredFor.set(index);
        open--;
        return isComplete();
    }

    synchronized boolean isCompletedByLineSetAside() {
        open--;
        return isComplete();
    }

    synchronized boolean isCompletedByReader() {
        readers--;
        if (told && readers == 0) {
            batch.close();
        }
        return isComplete();
    }

    @GuardedBy("this")
    private boolean isComplete() {
        return open == 0 && readers == 0 && !told;
    }

    /** The line at that place is on its way to the dead letters: it is waited for, and not sent again. */
    synchronized void setAside(int index) {
        caredFor.set(index);
    }

    /** Tells who waits, the first time, and closes the batch when nobody reads it. Not to be called under a lock. */
    void settle(@Nullable Throwable failure) {
        synchronized (this) {
            if (told) {
                return;
            }
            told = true;
            if (readers == 0) {
                batch.close();
            }
        }
        done.settled(failure);
    }
}
