package cc.accu.server.sink;

import cc.accu.internal.process.NonBlockingPause;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.commit.OutputBuffer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.GatheringByteChannel;
import java.util.Locale;

/**
 * Writes lines to standard output: gathers them, and writes when there are many and at each commit. One thread at a time,
 * which does not wait any more for a channel that takes nothing once it is interrupted.
 */
final class ChannelWriter implements LineWriter {
    private final GatheringByteChannel channel;
    private final OutputBuffer output = new OutputBuffer();

    ChannelWriter(GatheringByteChannel channel) {
        this.channel = channel;
    }

    /**
     * Writes to the process's descriptor 1, which is somebody else's and is never closed. Blocking writes, unless whoever
     * started the process made the descriptor non-blocking.
     */
    static ChannelWriter ofStandardOutput() {
        return new ChannelWriter(new Unclosed().getChannel());
    }

    /**
     * Were it closed, also by interrupting its writer, the JDK would put {@code /dev/null} in the place of descriptor 1,
     * under everybody who writes there, and under the JVM itself if that has a file of its own there.
     */
    private static final class Unclosed extends FileOutputStream {
        Unclosed() {
            super(FileDescriptor.out);
        }

        @Override
        public void close() {}
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        output.add(batch);
        if (output.isFull()) {
            commit();
        }
    }

    /** @throws ReaderGoneException when nobody reads any more, as when {@code head} has seen enough */
    @Override
    public void commit() throws IOException {
        try {
            writeAll();
        } catch (IOException failure) {
            // The JDK tells by the text alone.
            boolean readerGone = String.valueOf(failure.getMessage())
                    .toLowerCase(Locale.ROOT)
                    .contains("broken pipe");
            throw readerGone ? new ReaderGoneException(failure) : HeldException.insteadOf(failure);
        }
        output.forgetWritten();
    }

    private void writeAll() throws IOException {
        NonBlockingPause pause = new NonBlockingPause();
        while (output.pendingBytes() > 0) {
            if (output.write(channel, output.pendingBytes()) > 0) {
                pause.restart();
            } else {
                pause.await();
            }
        }
    }

    @Override
    public Durability durability() {
        return Durability.WRITTEN;
    }

    @Override
    public void close() throws IOException {
        output.close();
        channel.close();
    }
}
