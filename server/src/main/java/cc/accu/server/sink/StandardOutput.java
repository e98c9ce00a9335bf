package cc.accu.server.sink;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.channels.GatheringByteChannel;

/** The process's descriptor 1, which is somebody else's: written to, never closed. */
final class StandardOutput {
    private StandardOutput() {}

    /**
     * Blocking writes, unless whoever started the process made the descriptor non-blocking. Closing the channel, also by
     * interrupting its writer, leaves the descriptor as it is.
     */
    static GatheringByteChannel open() {
        return new Unclosed().getChannel();
    }

    /**
     * Were it closed, the JDK would put {@code /dev/null} in the place of descriptor 1, under everybody who writes there,
     * and under the JVM itself if that has a file of its own there.
     */
    private static final class Unclosed extends FileOutputStream {
        Unclosed() {
            super(FileDescriptor.out);
        }

        @Override
        public void close() {}
    }
}
