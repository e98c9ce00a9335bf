package cc.accu.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A sender's end of a connection. Blocks or does not, as its channel is told. One thread that reads, one that writes. */
interface SenderSocket extends AutoCloseable {
    /** What it is made of: to wait for, and to set options of. */
    SocketChannel channel();

    /** How many bytes came, -1 at an end that the server meant; an end that it did not mean is an exception. */
    int read(ByteBuffer bytes) throws IOException;

    /** How many bytes were written; the others are to be offered again, unchanged. */
    int write(ByteBuffer bytes) throws IOException;

    /** Says that nothing more will come. Whether it could be said; if not, it is to be called again. */
    boolean endOutput() throws IOException;

    /** Breaks the connection. */
    default void reset() throws IOException {
        Link.reset(channel());
        channel().close();
    }

    @Override
    void close() throws IOException;
}
