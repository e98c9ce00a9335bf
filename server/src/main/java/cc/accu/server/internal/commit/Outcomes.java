package cc.accu.server.internal.commit;

import cc.accu.line.Completion;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one thread has found out about batches and is to tell once it has let go of the lock. Those who are told may hand
 * over more, and flush: the thread does not go on with that before all are told. One thread.
 */
public final class Outcomes {
    private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);

    private final Deque<Completion> stored = new ArrayDeque<>();
    private final Deque<Completion> failed = new ArrayDeque<>();
    private @Nullable IOException failure;
    private boolean telling;

    void stored(Completion done) {
        stored.add(done);
    }

    void failed(Completion done, IOException why) {
        failed.add(done);
        failure = why;
    }

    /** Whether the thread is in {@link #tell}. */
    public boolean isTelling() {
        return telling;
    }

    /** Newest first: whoever counts in order, as acknowledgements do, then gets on once for all of them. */
    public void tell() {
        if (telling) {
            return; // what was added is told by the call that is under way
        }
        telling = true;
        try {
            tell(stored, null);
            tell(failed, failure);
        } finally {
            telling = false;
        }
    }

    /** Tells who waits, whatever others do who are told by the same. */
    private static void tell(Deque<Completion> waiting, @Nullable IOException failure) {
        for (Completion newest = waiting.pollLast(); newest != null; newest = waiting.pollLast()) {
            try {
                newest.settled(failure);
            } catch (RuntimeException | Error problem) {
                LOG.error("whoever was told what became of lines failed", problem);
            }
        }
    }
}
