package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A disk that fills up, is found full, and gets room again: no ack without data, and it goes on by itself. */
final class DiskFull implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_FILL_MILLIS = 20_000;
    private static final int QUIET_MILLIS = 200;
    private static final int BALLAST = 3 * 1024 * 1024;
    private static final int LOG_LINES_FOR_EACH = 4;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Mount disk = lab.opens(Mount.tmpfs(lab.newDirectory("disk"), "8m"));
        Server server = lab.start("file:" + disk.file(SinkFiles.NAME) + "?rotate=1MiB");
        SenderOptions options = SenderOptions.DURABLE.ackTimeoutMillis(60_000).window(500);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(20_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            boolean ballast = Files.exists(disk.file("ballast"));
            awaitFull(lab);
            checkWhileFull(lab, disk);
            makeRoom(lab, disk, ballast);
            lab.round(round);
        }
        absorbFinished(lab, disk);
        Files.deleteIfExists(disk.file("ballast"));
        lab.finish();
        lab.probe("fsync");
        int lines = server.log().split("\n").length;
        lab.findings().measured("log lines", lines, 10 + (long) LOG_LINES_FOR_EACH * lab.rounds());
        lab.stop(server);
        lab.stored().read(SinkFiles.in(disk.directory()));
        lab.findings().check(lab.stored().fragments() == 0, "an unfinished line was taken for a message");
    }

    /** Nothing is acknowledged any more. */
    private static void awaitFull(Lab lab) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_FILL_MILLIS * 1_000_000L;
        while (lab.senders().awaitProgress(lab.senders().totalAcknowledged(), QUIET_MILLIS) >= 0) {
            if (System.nanoTime() > deadline) {
                lab.findings().problem("the disk does not fill up");
                return;
            }
            Thread.sleep(5);
        }
    }

    private static void checkWhileFull(Lab lab, Mount disk) throws IOException, InterruptedException {
        Thread.sleep(lab.random().nextInt(300));
        Map<Integer, Integer> acknowledged = lab.senders().acknowledged();
        Stored now = lab.stored().copy().read(SinkFiles.in(disk.directory()));
        lab.lost(Senders.lost(acknowledged, now), now, "while the disk is full");
        long free = Files.getFileStore(disk.directory()).getUsableSpace();
        lab.findings().measured("bytes free when full", free);
    }

    private static void makeRoom(Lab lab, Mount disk, boolean ballast) throws IOException, InterruptedException {
        long acknowledged = lab.senders().totalAcknowledged();
        if (ballast) {
            Files.delete(disk.file("ballast"));
        } else {
            absorbFinished(lab, disk);
        }
        int limit = lab.effort().patient(2_000);
        long millis = lab.senders().awaitProgress(acknowledged, limit);
        lab.findings().measured("goes on after ms", millis);
        lab.findings().check(millis >= 0, "does not go on within " + limit + " ms of there being room");
        if (ballast) {
            absorbFinished(lab, disk);
        } else if (lab.random().nextBoolean()) {
            Files.write(disk.file("ballast"), new byte[BALLAST]);
        }
    }

    private static void absorbFinished(Lab lab, Mount disk) throws IOException {
        List<Path> finished = SinkFiles.rotated(disk.directory());
        SinkFiles.absorb(finished, lab.stored());
    }
}
