package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** What one connection can do to a server that goes on for as long as the server lets it. */
enum Abuse {
    /** Lines as fast as they go. */
    FLOOD("", "some line or other\n".repeat(512), Integer.MAX_VALUE),
    /** Lines of which it never reads the acknowledgements. */
    DEAF("accu/1\n", "x\n".repeat(64), Integer.MAX_VALUE),
    /** Byte after byte. */
    DRIBBLE("", "x", Integer.MAX_VALUE),
    /** Half a megabyte of a line. */
    UNFINISHED("accu/1\n", "u".repeat(8 * 1024), 512 * 1024),
    /** A line that does not end. */
    ENDLESS("", "e".repeat(64 * 1024), Integer.MAX_VALUE);

    private final String start;
    private final String more;
    private final int most;

    Abuse(String start, String more, int most) {
        this.start = start;
        this.more = more;
        this.most = most;
    }

    /** Begins on a connection that does not block. */
    Abuser on(SocketChannel socket) {
        return new Abuser(socket);
    }

    /** One connection. One thread. */
    final class Abuser {
        private final SocketChannel socket;
        private final ByteBuffer again = ByteBuffer.wrap(more.getBytes(US_ASCII));
        private ByteBuffer next = ByteBuffer.wrap(start.getBytes(US_ASCII));
        private long sent;
        private boolean ended;

        private Abuser(SocketChannel socket) {
            this.socket = socket;
        }

        /** Sends some, if the server takes it. */
        void goesOn() {
            try {
                if (!ended && sent < most) {
                    next = next.hasRemaining() ? next : again.rewind();
                    sent += socket.write(next);
                }
            } catch (IOException closed) {
                ended = true;
            }
        }
    }
}
