package cc.accu.server.internal.commit;

import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A batch on its way to a writer, and who is told what became of it. One thread at a time. */
public record CommitEntry(LineBatch batch, Completion done) {
    private static final Logger LOG = LoggerFactory.getLogger(CommitEntry.class);

    /** Gives the memory back. */
    void closeBatch() {
        try {
            batch.close();
        } catch (RuntimeException closedByItsWriter) {
            LOG.debug("a batch was closed by somebody else", closedByItsWriter);
        }
    }

    /** It is not stored: closes the batch and says so. Not to be called by one who holds a lock. */
    public void fail(IOException why) {
        closeBatch();
        done.settled(why);
    }
}
