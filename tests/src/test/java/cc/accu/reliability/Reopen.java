package cc.accu.reliability;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What logrotate does, under load: the file is moved away, and SIGHUP has the server open a new one by the old name. */
final class Reopen implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_WAIT_MILLIS = 5_000;

    @Override
    public void run(Lab lab) throws Exception {
        Path files = lab.newDirectory("files");
        Path file = files.resolve(SinkFiles.NAME);
        Server server = lab.start("file:" + file + "?" + lab.anySync());
        lab.senders()
                .start(
                        SENDERS,
                        lab.site(),
                        SenderOptions.DURABLE.durable(SenderOptions.ON_FILE).linesPerSecond(20_000));
        List<Path> moved = new ArrayList<>();
        for (int round = 1; round <= lab.rounds(); round++) {
            Thread.sleep(lab.random().nextInt(40));
            moved.add(Files.move(file, files.resolve("moved-" + round)));
            Thread.sleep(lab.random().nextInt(10));
            Shell.signal("HUP", server.pid());
            if (Await.until(() -> Files.exists(file), LONGEST_WAIT_MILLIS) < 0) {
                lab.findings().problem("no new file after SIGHUP: " + server.log());
                break;
            }
            // The server may write to the last one until the new one is there.
            SinkFiles.absorb(moved, lab.stored());
            moved.clear();
            lab.round(round);
        }
        lab.finish();
        lab.probe(SenderOptions.ON_FILE);
        long booked = lab.stop(server).stored();
        lab.stored().read(SinkFiles.in(files));
        long found = lab.stored().countAll();
        lab.findings().check(booked == found, "the books say stored=" + booked + ", the files have " + found);
        lab.findings().check(lab.stored().duplicates() == 0, "a line is in two files");
        lab.findings().check(lab.stored().tornBytes() == 0, "a line was split");
    }
}
