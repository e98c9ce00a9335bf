package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A sender that asks for acks and never reads them: nobody waits for it, and it costs no memory. */
final class UnreadAcks implements Experiment {
    private static final int LINES = 1_000_000;
    private static final int WARM_UP_LINES = 250_000;
    private static final int SMALL_BUFFER = 2_048;

    /** In less the kernel may lack memory for a record that it has announced room for; then all packets with it are dropped. */
    private static final int SMALL_BUFFER_OF_TLS = 16 * 1024;

    private static final int LONGEST_WAIT_MILLIS = 30_000;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        Server server = lab.start("file:" + files.resolve(SinkFiles.NAME) + "?rotate=16MiB", "--buffer", "8MiB");
        for (int round = 1; round <= lab.rounds(); round++) {
            talk(lab, server, lab.site().address(round - 1));
            SinkFiles.absorb(SinkFiles.rotated(files), lab.stored());
            lab.round(round);
        }
        lab.probe("fsync");
        lab.stop(server);
        lab.stored().read(SinkFiles.in(files));
        long missing = lab.senders().totalAttempted() - lab.stored().count();
        lab.findings().check(missing == 0, missing + " lines are missing");
    }

    private static void talk(Lab lab, Server server, ServerAddress address) throws IOException, InterruptedException {
        try (SenderSocket socket = address.connect(open(address))) {
            socket.write(ByteBuffer.wrap("accu/1\n".getBytes(US_ASCII)));
            // What a warm server takes is the measure: heap and compiled code grow with the first lines of any sender.
            PlainSender warmUp = new PlainSender(lab.senders().newAccount(), lab.lines(), WARM_UP_LINES, true);
            warmUp.sendTo(socket);
            PlainSender sender = new PlainSender(lab.senders().newAccount(), lab.lines(), LINES, false);
            try (MemoryWatch watch = new MemoryWatch(server, lab.findings())) {
                sender.sendTo(socket);
            }
            socket.endOutput();
            int acknowledged = readAtLast(lab, socket);
            lab.findings()
                    .check(
                            acknowledged == WARM_UP_LINES + LINES,
                            "the last ack was " + acknowledged + " of " + (WARM_UP_LINES + LINES));
        }
    }

    private static SocketChannel open(ServerAddress address) throws IOException {
        SocketChannel channel = address.unconnected();
        int small = address.carrier() == Carrier.TLS ? SMALL_BUFFER_OF_TLS : SMALL_BUFFER;
        return address.isUnix() ? channel : channel.setOption(StandardSocketOptions.SO_RCVBUF, small);
    }

    /** The newest ack, once it is read after all. */
    private static int readAtLast(Lab lab, SenderSocket socket) throws IOException, InterruptedException {
        Answers answers = new Answers("fsync", lab.findings(), () -> WARM_UP_LINES + LINES);
        ByteBuffer in = ByteBuffer.allocate(16 * 1024);
        socket.channel().configureBlocking(false);
        long start = System.nanoTime();
        int n = 0;
        while (n >= 0 && System.nanoTime() - start < LONGEST_WAIT_MILLIS * 1_000_000L) {
            n = socket.read(in);
            if (n == 0) {
                Thread.sleep(1);
            }
            answers.take(in.flip());
            in.clear();
        }
        lab.findings().check(n < 0, "the server does not close after the last ack");
        return answers.acknowledged();
    }
}
