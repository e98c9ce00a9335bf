package cc.accu.internal.process;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The process's descriptor 0, which is somebody else's: read, never closed. Whoever started the process, or shares the
 * pipe with it, as node and ssh do, may have made it non-blocking: then it has nothing for now, which is not a failure.
 */
final class StandardInput extends InputStream {
    private final FileChannel channel = new Unclosed().getChannel();

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        ByteBuffer into = ByteBuffer.wrap(bytes, offset, length);
        NonBlockingPause pause = new NonBlockingPause();
        int count = channel.read(into);
        while (count == 0) {
            pause.await();
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
