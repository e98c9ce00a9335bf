package cc.accu.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A sender that writes its lines and reads nothing. The last one may lack its LF: the end of the input ends it too. */
final class PlainSender {
    private final Account account;
    private final Lines lines;
    private final int count;
    private final boolean terminated;
    private final ByteBuffer out = ByteBuffer.allocate(8 * Lines.LONGEST);

    private long bytes;

    PlainSender(Account account, Lines lines, int count, boolean terminated) {
        this.account = account;
        this.lines = lines;
        this.count = count;
        this.terminated = terminated;
    }

    /** Sends everything, then closes, at once or after the server did; the number of bytes that came back. */
    long send(ServerAddress server, boolean atOnce) throws IOException {
        try (SenderSocket socket = server.connect()) {
            sendTo(socket);
            socket.channel().configureBlocking(!atOnce);
            if (!atOnce) {
                socket.endOutput();
            }
            return Math.max(0, socket.read(ByteBuffer.allocate(1_000)));
        }
    }

    /** Writes all lines; any thread. */
    void sendTo(SenderSocket socket) throws IOException {
        for (int next = account.attempted() + 1; next <= count; ) {
            out.clear();
            while (next <= count && out.remaining() > Lines.LONGEST) {
                out.position(lines.write(out.array(), out.position(), account.sender(), next));
                next++;
            }
            account.attempts(next - 1);
            out.flip().limit(out.limit() - (account.attempted() == count && !terminated ? 1 : 0));
            while (out.hasRemaining()) {
                bytes += socket.write(out);
            }
        }
    }

    /** What its lines take in a file. */
    long storedBytes() {
        return terminated ? bytes : bytes + 1;
    }
}
