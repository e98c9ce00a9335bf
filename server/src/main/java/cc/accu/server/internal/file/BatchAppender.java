package cc.accu.server.internal.file;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** Appends batches to files. One call at a time, but for what says otherwise. */
public interface BatchAppender extends Closeable {
    /**
     * Writes the batch, or keeps it until {@link #commit}. The caller stays its owner, and keeps it open until then.
     *
     * @throws FileProblem.Shortage when this cannot go on now: the batch is taken all the same, and the next call goes on
     *     where this one stopped
     * @throws IOException when the destination is broken, for good
     */
    void write(LineBatch batch) throws IOException;

    /**
     * Makes everything written so far as safe as {@link #durability} says.
     *
     * @throws FileProblem.Shortage when this cannot go on now: it is called again later
     * @throws IOException when the destination is broken, for good
     */
    void commit() throws IOException;

    /** What {@link #commit} makes of lines. Any thread. */
    Durability durability();

    /** Whether calls mostly take about as long as copying. Any thread; never changes. */
    default boolean isQuick() {
        return false;
    }

    /** Whether {@code bytes} more, and a commit, take no longer than copying now; they come next. */
    default boolean isQuickFor(long bytes) {
        return isQuick();
    }

    /** The directory that it writes to. Any thread. */
    Path directory();

    /** How many files were finished and another begun, since it was opened. Any thread. */
    long rotations();

    /** Opens its file again by name, because somebody may have moved it, if that is of any use. */
    default void reopen() {}
}
