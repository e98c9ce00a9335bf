package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** A conversation that says little or nothing after its greeting, and listens. */
final class IdleTalk implements AutoCloseable {
    private final SenderSocket socket;
    private final Account account;
    private final Thread ear = new Thread(this::listen, "idle-talk");
    private volatile String heard = "";
    private volatile long lastHeardNanos;

    private IdleTalk(SenderSocket socket, Account account) {
        this.socket = socket;
        this.account = account;
        this.lastHeardNanos = System.nanoTime();
        ear.setDaemon(true);
        ear.start();
    }

    /** Greets, in two pieces if {@code cut} is not 0. */
    static IdleTalk open(ServerAddress server, Account account, int cut) throws IOException, InterruptedException {
        IdleTalk talk = new IdleTalk(server.connect(), account);
        String greeting = "accu/1\n";
        if (cut > 0) {
            talk.says(greeting.substring(0, cut));
            Thread.sleep(5);
        }
        talk.says(greeting.substring(cut));
        return talk;
    }

    private void says(String text) throws IOException {
        says(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    private void says(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
        } catch (IOException ended) {
            // What was heard until then says why.
        }
    }

    /** Sends one line, and waits for its ack. */
    void sendsOne(Lines lines, long millis) throws Exception {
        byte[] line = new byte[Lines.LONGEST];
        int end = lines.write(line, 0, account.sender(), 1);
        account.attempts(1);
        says(ByteBuffer.wrap(line, 0, end));
        if (Await.until(() -> heard.endsWith("ack 1\n"), millis) >= 0) {
            account.hears(1);
        }
    }

    private void listen() {
        ByteBuffer in = ByteBuffer.allocate(1_000);
        try {
            while (socket.read(in) >= 0) {
                String more = US_ASCII.decode(in.flip()).toString();
                in.clear();
                lastHeardNanos = System.nanoTime();
                heard = heard.concat(more);
            }
        } catch (IOException closed) {
            // By the server or by us.
        }
    }

    boolean isWelcome() {
        return heard.startsWith("accu/1 ok ");
    }

    /** Whether it heard this, as its last line and for the line that would be its next. */
    boolean heardErr(String code) {
        String err = "err " + (account.acknowledged() + 1) + " " + code + " .+\n";
        return Pattern.compile("(^|\n)" + err + "$").matcher(heard).find();
    }

    String heard() {
        return heard;
    }

    /** When it heard the last thing. */
    long lastHeardNanos() {
        return lastHeardNanos;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        socket.close();
        ear.join();
    }
}
