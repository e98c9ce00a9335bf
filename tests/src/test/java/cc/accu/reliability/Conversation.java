package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Random;

/** One connection of an {@link AckSender}. */
final class Conversation {
    private static final int SELECT_MILLIS = 20;

    private final AckSender sender;
    private final Account account;
    private final SenderSocket socket;
    private final Answers answers;
    private final ByteBuffer out = ByteBuffer.allocate(8 * Lines.LONGEST);
    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
    private final int base;
    private final int window;
    private final boolean waitsForWelcome;
    private final long startNanos = System.nanoTime();
    private final int attemptedBefore;

    private int next;
    private long progressNanos = startNanos;

    Conversation(AckSender sender, SenderSocket socket, Random random) {
        this.sender = sender;
        this.account = sender.account();
        this.socket = socket;
        this.base = account.acknowledged();
        this.next = base + 1;
        this.attemptedBefore = account.attempted();
        this.answers = new Answers(sender.options().durable(), sender.findings(), () -> next - 1 - base);
        // Small windows wait for every commit, large ones fill groups: both happen.
        this.window = 1 + (int) Math.pow(sender.options().window(), random.nextDouble());
        this.waitsForWelcome = random.nextBoolean();
        out.put("accu/1\n".getBytes(US_ASCII)).flip();
    }

    /** Until everything is acknowledged (then true), the sender is stopped (false), or the connection is lost. */
    boolean hold() throws IOException {
        try (Selector selector = Selector.open()) {
            socket.channel().configureBlocking(false);
            SelectionKey key = socket.channel().register(selector, 0);
            while (!sender.isStopped()) {
                if (sender.isFinished() && !out.hasRemaining()) {
                    return ends(selector, key);
                }
                fill();
                key.interestOps(SelectionKey.OP_READ | (out.hasRemaining() ? SelectionKey.OP_WRITE : 0));
                selector.select(SELECT_MILLIS);
                selector.selectedKeys().clear();
                if (!hear()) {
                    throw new EOFException("closed by the server");
                }
                socket.write(out);
                giveUpIfStuck();
            }
            return false;
        }
    }

    private void fill() {
        if (out.hasRemaining() || (waitsForWelcome && !answers.welcomed())) {
            return;
        }
        out.clear();
        int last = Math.min(sender.limit(), Math.min(account.acknowledged() + window, paced()));
        // What was sent before is sent again even if nothing new may be.
        last = Math.max(last, Math.min(account.attempted(), account.acknowledged() + window));
        while (next <= last && out.remaining() > Lines.LONGEST) {
            account.attempts(next);
            out.position(sender.lines().write(out.array(), out.position(), account.sender(), next));
            next++;
        }
        out.flip();
    }

    private int paced() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        return (int) Math.min(
                Integer.MAX_VALUE, attemptedBefore + seconds * sender.options().linesPerSecond());
    }

    /** False at the end of what the server says. */
    private boolean hear() throws IOException {
        int n = socket.read(in);
        while (n > 0) {
            int before = answers.acknowledged();
            answers.take(in.flip());
            in.clear();
            if (answers.acknowledged() > before) {
                account.hears(base + answers.acknowledged());
                progressNanos = System.nanoTime();
            }
            n = socket.read(in);
        }
        return n == 0;
    }

    private void giveUpIfStuck() throws IOException {
        if (account.acknowledged() >= next - 1 && answers.welcomed()) {
            progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos > sender.options().ackTimeoutMillis() * 1_000_000L) {
            sender.findings().counted("ack timeouts");
            throw new IOException("no progress");
        }
    }

    /** The server has answered for everything: it closes when we have. */
    private boolean ends(Selector selector, SelectionKey key) throws IOException {
        do {
            key.interestOps(SelectionKey.OP_READ | (socket.endOutput() ? 0 : SelectionKey.OP_WRITE));
            selector.select(SELECT_MILLIS);
            selector.selectedKeys().clear();
            if (System.nanoTime() - progressNanos > sender.options().ackTimeoutMillis() * 1_000_000L) {
                sender.findings().problem("the server does not close after it has acknowledged everything");
                break;
            }
        } while (hear());
        return true;
    }
}
