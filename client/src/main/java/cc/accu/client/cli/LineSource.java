package cc.accu.client.cli;

import cc.accu.transport.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Cuts a stream into blocks of whole lines, and ends the last line if the stream does not. Owns it. One thread. */
final class LineSource implements Closeable {
    private static final int FIRST_BYTES = 256 * 1024;
    private static final int MOST_LINE_BYTES = 1 << 28;

    private final String name;
    private final InputStream stream;
    private byte[] buffer = new byte[FIRST_BYTES];
    private int start;
    private int end;
    private boolean over;

    LineSource(String name, InputStream stream) {
        this.name = name;
        this.stream = stream;
    }

    /** The next whole lines; none at the end. Valid until the next call. */
    ByteBuffer next() throws IOException {
        keepRest();
        while (!over) {
            int searched = end;
            read();
            for (int at = end - 1; at >= searched; at--) {
                if (buffer[at] == '\n') {
                    return upTo(at + 1);
                }
            }
        }
        if (end > start) {
            makeRoom();
            buffer[end++] = '\n';
        }
        return upTo(end);
    }

    private void read() throws IOException {
        makeRoom();
        int count;
        try {
            count = stream.read(buffer, end, buffer.length - end);
        } catch (IOException failure) {
            throw new IOException("cannot read " + name + ": " + Reason.describe(failure), failure);
        }
        over = count < 0;
        end += Math.max(0, count);
    }

    private void makeRoom() throws IOException {
        if (end == buffer.length) {
            if (end >= MOST_LINE_BYTES) {
                throw new IOException("cannot send " + name + ": it has a line of over " + MOST_LINE_BYTES + " bytes");
            }
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
    }

    private ByteBuffer upTo(int lineEnd) {
        ByteBuffer lines = ByteBuffer.wrap(buffer, start, lineEnd - start);
        start = lineEnd;
        return lines;
    }

    private void keepRest() {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
