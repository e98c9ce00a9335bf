package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A disk that fills up, is found full, and gets room again: no ack without data, and it goes on by itself. In some rounds
 * the server ends while the disk is full, and another one starts when there is room.
 */
final class DiskFull implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_FILL_MILLIS = 20_000;
    private static final int QUIET_MILLIS = 200;
    private static final int BALLAST = 3 * 1024 * 1024;
    private static final int MOST_LOG_LINES = 10;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Mount disk = lab.opens(Mount.tmpfs(lab.newDirectory("disk"), "8m"));
        Server server = start(lab, disk);
        SenderOptions options = SenderOptions.DURABLE
                .durable(SenderOptions.ON_FILE)
                .ackTimeoutMillis(60_000)
                .window(500);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(20_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            lab.findings()
                    .check(lab.senders().awaitQuiet(QUIET_MILLIS, LONGEST_FILL_MILLIS), "the disk does not fill up");
            checkWhileFull(lab, disk);
            if (round % 3 == 2) {
                end(lab, server);
                makeRoom(lab, disk);
                server = start(lab, disk);
            } else {
                goOn(lab, disk, server);
            }
            if (lab.random().nextBoolean()) {
                load(lab, disk);
            }
            lab.round(round);
        }
        makeRoom(lab, disk);
        lab.finish();
        lab.probe(SenderOptions.ON_FILE);
        lab.stop(server);
        lab.readWholeLines(disk.directory());
    }

    private static Server start(Lab lab, Mount disk) throws IOException, InterruptedException {
        return lab.start(
                "file:" + disk.file(SinkFiles.NAME) + "?rotate=1MiB&" + lab.anySync(), "--drain-timeout", "1s");
    }

    private static Path ballast(Mount disk) {
        return disk.file("ballast");
    }

    private static void load(Lab lab, Mount disk) {
        try {
            Files.write(ballast(disk), new byte[BALLAST / (1 + lab.random().nextInt(8))]);
        } catch (IOException full) {
            // By then the server may have taken the room.
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

    /** By force, or in order: then it must say that it could not store everything. */
    private static void end(Lab lab, Server server) throws InterruptedException {
        if (lab.random().nextBoolean()) {
            lab.findings().counted("killed while full");
            server.kill();
            return;
        }
        lab.findings().counted("terminated while full");
        int exit = server.terminate();
        boolean balances = server.books().map(Server.Books::balance).orElse(false);
        lab.findings().check(exit == 1 && balances, "exit code " + exit + " after SIGTERM while full: " + server.log());
    }

    private static void goOn(Lab lab, Mount disk, Server server) throws IOException, InterruptedException {
        long acknowledged = lab.senders().totalAcknowledged();
        makeRoom(lab, disk);
        int limit = lab.effort().patient(2_000);
        long millis = lab.senders().awaitProgress(acknowledged, limit);
        lab.findings().measured("goes on after ms", millis);
        lab.findings().check(millis >= 0, "does not go on within " + limit + " ms of there being room");
        lab.findings().measured("log lines", server.log().split("\n").length, MOST_LOG_LINES);
    }

    /** Sometimes only a little: the ballast goes first. */
    private static void makeRoom(Lab lab, Mount disk) throws IOException {
        if (Files.deleteIfExists(ballast(disk)) && lab.random().nextBoolean()) {
            return;
        }
        SinkFiles.absorb(SinkFiles.rotated(disk.directory()), lab.stored());
    }
}
