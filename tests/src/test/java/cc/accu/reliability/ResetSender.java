package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;

/** Sends whole lines and a piece of one more, at once or bit by bit, and resets its connection. */
final class ResetSender {
    private static final int MOST_LINES = 10;
    private static final int LONGEST_PAUSE_MILLIS = 3;

    private final Account account;
    private final Lines lines;
    private final Random random;
    private final ByteBuffer out = ByteBuffer.allocate((MOST_LINES + 2) * Lines.LONGEST);

    ResetSender(Account account, Lines lines, Random random) {
        this.account = account;
        this.lines = lines;
        this.random = random;
    }

    /**
     * Sends and resets.
     *
     * @param greets whether it asks for acks; then the piece must not be stored, not even if it lacks but its LF
     * @return the address that the server knows it by
     */
    String send(ServerAddress server, boolean greets) throws IOException, InterruptedException {
        int whole = random.nextInt(MOST_LINES + 1);
        account.attempts(greets ? whole : whole + 1);
        out.clear();
        if (greets) {
            out.put("accu/1\n".getBytes(US_ASCII));
        }
        for (int i = 1; i <= whole; i++) {
            out.position(lines.write(out.array(), out.position(), account.sender(), i));
        }
        int piece = out.position();
        lines.write(out.array(), piece, account.sender(), whole + 1);
        int length = lines.length(account.sender(), whole + 1);
        out.position(piece + (random.nextInt(4) == 0 ? length : 1 + random.nextInt(length)));
        out.flip();
        try (SenderSocket socket = server.connect()) {
            write(socket, piece);
            if (random.nextBoolean()) {
                pause();
            }
            InetSocketAddress own = (InetSocketAddress) socket.channel().getLocalAddress();
            socket.reset();
            return own.getAddress().getHostAddress() + ":" + own.getPort();
        }
    }

    /** All in one go, or with a pause in front of the piece, or anywhere. */
    private void write(SenderSocket socket, int piece) throws IOException, InterruptedException {
        int end = out.limit();
        int way = random.nextInt(3);
        if (way > 0) {
            out.limit(way == 1 ? piece : random.nextInt(end));
            writeAll(socket);
            pause();
            out.limit(end);
        }
        writeAll(socket);
    }

    private void writeAll(SenderSocket socket) throws IOException {
        while (out.hasRemaining()) {
            socket.write(out);
        }
    }

    private void pause() throws InterruptedException {
        Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS + 1));
    }
}
