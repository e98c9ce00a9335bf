package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;

/** kill -9 of {@code client.jar --ack}, and a start with the same input. */
final class KillClient implements Experiment {
    private static final int LINES = 100_000;
    private static final int LONGEST_START_MILLIS = 5_000;
    private static final int LONGEST_LIFE_MILLIS = 450;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        Server server = lab.start("file:" + files.resolve(SinkFiles.NAME) + "?rotate=8MiB");
        for (int round = 1; round <= lab.rounds(); round++) {
            ClientRun client = ClientRun.of(lab, LINES);
            client.start(lab.site().tcp(), "--rate=200000");
            client.awaitReport(LONGEST_START_MILLIS);
            Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
            lab.findings().counted(client.isAlive() ? "killed" : "ended before the kill");
            client.kill();
            client.start(lab.site().tcp());
            client.delivers();
            SinkFiles.absorb(SinkFiles.rotated(files), lab.stored());
            lab.round(round);
        }
        lab.probe("fsync");
        lab.stop(server);
        lab.stored().read(SinkFiles.in(files));
    }
}
