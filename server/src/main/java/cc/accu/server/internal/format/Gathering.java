package cc.accu.server.internal.format;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Many small pieces on their way into a buffer; they are gathered in an array, which costs less for each. One thread. */
final class Gathering {
    private final byte[] gathered = new byte[16 * 1024];
    private int length;
    private ByteBuf out = Unpooled.EMPTY_BUFFER;

    /** Starts to gather for {@code buffer}. */
    void into(ByteBuf buffer) {
        out = buffer;
        length = 0;
    }

    /** Appends {@code bytes[from]} to {@code bytes[to - 1]}. */
    void put(byte[] bytes, int from, int to) {
        int more = to - from;
        if (more > gathered.length - length) {
            flush();
            if (more > gathered.length) {
                out.writeBytes(bytes, from, more);
                return;
            }
        }
        System.arraycopy(bytes, from, gathered, length, more);
        length += more;
    }

    void put(byte[] bytes) {
        put(bytes, 0, bytes.length);
    }

    /** Ends the gathering: the buffer has it all. */
    void finish() {
        flush();
        out = Unpooled.EMPTY_BUFFER;
    }

    private void flush() {
        out.writeBytes(gathered, 0, length);
        length = 0;
    }
}
