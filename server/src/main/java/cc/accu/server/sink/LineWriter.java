package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import java.io.Closeable;
import java.io.IOException;

/** A blocking destination, used by one thread: {@link WriterSink} makes a sink of it. */
public interface LineWriter extends Closeable {

    /** Writes the batch, or keeps it in memory until {@link #commit}. The caller stays its owner. */
    void write(LineBatch batch) throws IOException;

    /** Makes everything written so far as safe as this destination can; then it counts as stored. */
    void commit() throws IOException;
}
