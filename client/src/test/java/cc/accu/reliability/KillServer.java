package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** kill -9 of the server under load, at any moment, and a start on the files it left; senders go on. */
final class KillServer implements Experiment {
    private static final int SENDERS = 6;
    private static final int LONGEST_LIFE_MILLIS = 500;
    private static final int ROUNDS_BETWEEN_CHECKS = 5;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        String sink = "file:" + files.resolve(SinkFiles.NAME) + "?rotate=2MiB";
        Server server = lab.start(sink);
        lab.senders().start(SENDERS, lab.site(), SenderOptions.DURABLE.linesPerSecond(10_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
            server.kill();
            // A torn line stays where it is in the other rounds, for the next server to deal with.
            if (round % ROUNDS_BETWEEN_CHECKS == 0) {
                SinkFiles.absorb(SinkFiles.in(files), lab.stored());
            }
            server = lab.start(sink);
            lab.probe("fsync");
            lab.round(round);
        }
        lab.finish();
        lab.stop(server);
        lab.findings().measured("torn lines put aside", tornFiles(files));
        lab.stored().read(SinkFiles.in(files));
        lab.findings().check(lab.stored().fragments() == 0, "a torn line was taken for a message");
    }

    private static long tornFiles(Path files) throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            return all.filter(file -> file.getFileName().toString().startsWith(SinkFiles.NAME + ".torn-"))
                    .count();
        }
    }
}
