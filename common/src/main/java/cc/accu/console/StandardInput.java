package cc.accu.console;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process's descriptor 0, which is somebody else's: read, never closed. Whoever started the process, or shares the
 * pipe with it, as node and ssh do, may have made it non-blocking: then it has nothing for now, which is not a failure.
 */
final class StandardInput extends InputStream {
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private final FileChannel channel = new Unclosed().getChannel();

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** The JDK cannot wait for any descriptor to have more, so it is tried again and again, less and less often. */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        ByteBuffer into = ByteBuffer.wrap(bytes, offset, length);
        long pauseNanos = SHORTEST_PAUSE_NANOS;
        int count = channel.read(into);
        while (count == 0) {
            LockSupport.parkNanos(pauseNanos);
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while reading standard input");
            }
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
            count = channel.read(into);
        }
        return count;
    }

    /** Were it closed, the JDK would put {@code /dev/null} in the place of descriptor 0. */
    private static final class Unclosed extends FileInputStream {
        Unclosed() {
            super(FileDescriptor.in);
        }

        @Override
        public void close() {}
    }
}
