package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** A sender with one long line, which it does not finish until it is told to. One thread. */
final class Holder {
    private static final byte[] GREETING = "accu/1\n".getBytes(US_ASCII);
    private static final int SMALL_BUFFER = 64 * 1024;

    private final Account account;
    private final Way way;
    private final boolean greets;
    private final SenderSocket socket;
    private final SelectionKey key;
    private final int length;
    private final StringBuilder heard = new StringBuilder();
    private int goal;
    private int sent;
    private boolean leaving;
    private boolean ended;

    /** How it leaves. */
    enum Way {
        RESET,
        CLOSE,
        /** With the rest of its line, and waits for the ack. */
        FINISH
    }

    private Holder(Account account, Way way, boolean greets, SenderSocket socket, Selector selector, int length)
            throws IOException {
        this.account = account;
        this.way = way;
        this.greets = greets;
        this.socket = socket;
        this.length = length;
        this.goal = length - 1;
        this.key = socket.channel().register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE, this);
    }

    static Holder open(ServerAddress server, Account account, Way way, boolean greets, Selector selector, Lines lines)
            throws IOException {
        SenderSocket socket = server.connect();
        if (!server.isUnix()) {
            // What the server does not read is to wait here, and not in the kernel.
            socket.channel().setOption(StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER);
        }
        if (greets) {
            socket.write(ByteBuffer.wrap(GREETING));
        }
        socket.channel().configureBlocking(false);
        account.attempts(1);
        return new Holder(account, way, greets, socket, selector, lines.length(account.sender(), 1));
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether its line is whole and acknowledged. */
    boolean isAcknowledged() {
        return account.acknowledged() == 1;
    }

    /** Whether it has still to finish its line. */
    boolean isFinishing() {
        return way == Way.FINISH && leaving && !ended && !isAcknowledged();
    }

    /** Whether it began to finish its line, and could not. */
    boolean wasDenied() {
        return way == Way.FINISH && leaving && ended && !isAcknowledged();
    }

    /** Whether the server may store what there is of its line: not for those who send it again. */
    boolean mayLeaveAPiece() {
        return way == Way.CLOSE || (way == Way.RESET && !greets);
    }

    /** Does what can be done now; {@code scratch} has room for its line. */
    void goOn(Lines lines, byte[] scratch) {
        try {
            hear(scratch);
            if (!ended && key.isValid() && key.isWritable()) {
                send(lines, scratch);
            }
        } catch (IOException gone) {
            end();
        }
    }

    private void hear(byte[] scratch) throws IOException {
        int n = socket.read(ByteBuffer.wrap(scratch));
        if (n > 0) {
            heard.append(new String(scratch, 0, n, US_ASCII));
            if (heard.indexOf("ack 1\n") >= 0 && sent > length) {
                account.hears(1);
            }
        } else if (n < 0) {
            end();
        }
    }

    private void send(Lines lines, byte[] scratch) throws IOException {
        int end = lines.write(scratch, 0, account.sender(), 1);
        ByteBuffer rest = ByteBuffer.wrap(scratch, sent, Math.min(goal, end) - sent);
        sent += socket.write(rest);
        if (sent == goal && (!leaving || socket.endOutput())) {
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    /** Any moment from now on. */
    void leave() {
        leaving = true;
        try {
            switch (way) {
                case RESET -> {
                    ended = true;
                    socket.reset();
                }
                case CLOSE -> end();
                case FINISH -> {
                    goal = length + 1;
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                }
            }
        } catch (IOException | CancelledKeyException gone) {
            end();
        }
    }

    void end() {
        ended = true;
        try {
            socket.close();
        } catch (IOException gone) {
            // That is all that was wanted.
        }
    }
}
