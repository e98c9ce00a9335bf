package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;

/** Connections cut at random bytes, in either direction, by FIN, RST or silence. */
final class CutConnections implements Experiment {
    private static final int SENDERS = 8;
    private static final int LINES_OF_CLIENT = 20_000;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        Server server = lab.start("file:" + files.resolve(SinkFiles.NAME) + "?rotate=8MiB");
        ChaosProxy proxy = lab.opens(new ChaosProxy(lab.site(), lab.random(), lab.findings()));
        ServerAddress address = proxy.address();
        SenderOptions options = SenderOptions.DURABLE
                .linesPerSecond(20_000)
                .ackTimeoutMillis(lab.effort().patient(300));
        for (int i = 0; i < SENDERS; i++) {
            lab.senders().start(() -> address, options);
        }
        while (proxy.cuts() < lab.rounds()) {
            // Our own client is cut as well, again and again, until it has delivered its file.
            ClientRun client = ClientRun.of(lab, LINES_OF_CLIENT);
            long before = proxy.cuts();
            client.start(address);
            while (client.isAlive() && proxy.cuts() < before + lab.rounds()) {
                Thread.sleep(20);
                lab.round((int) Math.min(lab.rounds(), proxy.cuts()));
            }
            if (proxy.cuts() >= lab.rounds()) {
                proxy.becomeKind();
            }
            client.delivers();
            SinkFiles.absorb(SinkFiles.rotated(files), lab.stored());
        }
        lab.finish();
        lab.probe("fsync");
        lab.stop(server);
        lab.stored().read(SinkFiles.in(files));
        // A FIN ends TCP in order, and with it a line that it cut; TLS knows better.
        lab.findings()
                .check(
                        lab.site().carrier() == Carrier.PLAIN || lab.stored().fragments() == 0,
                        lab.stored().fragments() + " pieces are stored of lines that were cut in TLS");
    }
}
