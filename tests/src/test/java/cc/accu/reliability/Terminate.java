package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;

/** SIGTERM under load: exit code 0, nothing lost, and books that say what is in the files. */
final class Terminate implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_LIFE_MILLIS = 800;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        String sink = "file:" + files.resolve(SinkFiles.NAME) + "?";
        lab.senders()
                .start(
                        SENDERS,
                        lab.site(),
                        SenderOptions.DURABLE.durable(SenderOptions.ON_FILE).linesPerSecond(20_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            Server server = lab.start(sink + lab.anySync());
            lab.probe(SenderOptions.ON_FILE);
            Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
            stop(lab, server, files);
            lab.round(round);
        }
        Server server = lab.start(sink + lab.anySync());
        lab.finish();
        stop(lab, server, files);
        lab.findings().check(lab.stored().fragments() == 0, "an unfinished line was taken for a message");
    }

    private static void stop(Lab lab, Server server, Path files) throws IOException, InterruptedException {
        long before = lab.stored().countAll();
        long booked = lab.stop(server).stored();
        SinkFiles.absorb(SinkFiles.in(files), lab.stored());
        long found = lab.stored().countAll() - before;
        lab.findings().check(booked == found, "the books say stored=" + booked + ", the files have " + found);
    }
}
