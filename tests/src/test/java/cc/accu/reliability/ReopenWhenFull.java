package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk is full, somebody takes the sink's file away and sends SIGHUP: the server goes on in a fresh file, which has all
 * that was not stored yet.
 */
final class ReopenWhenFull implements Experiment {
    private static final int SENDERS = 4;
    private static final int QUIET_MILLIS = 200;
    private static final int LONGEST_FILL_MILLIS = 20_000;
    private static final int LONGEST_PAUSE_MILLIS = 10;
    private static final int ROUNDS_OF_A_SERVER = 4;
    private static final int MOST_LOG_LINES = 10;
    private static final List<Taken> WAYS = List.of(Taken.values());

    /** What is done with the file. */
    private enum Taken {
        REMOVED,
        MOVED_TO_ANOTHER_DISK,
        /** Makes no room: what was moved is removed once there is a fresh file. */
        RENAMED
    }

    @Override
    public void run(Lab lab) throws Exception {
        Mount disk = lab.opens(Mount.tmpfs(lab.newDirectory("disk"), "8m"));
        SenderOptions options = SenderOptions.DURABLE
                .durable(SenderOptions.ON_FILE)
                .ackTimeoutMillis(60_000)
                .window(500);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(20_000));
        Server server = start(lab, disk);
        for (int round = 1; round <= lab.rounds(); round++) {
            if (round % ROUNDS_OF_A_SERVER == 0) {
                // The next one syncs in another way. In order, this one could not end without losing what it holds.
                server.kill();
                SinkFiles.absorb(SinkFiles.in(disk.directory()), lab.stored());
                server = start(lab, disk);
            }
            lab.findings()
                    .check(lab.senders().awaitQuiet(QUIET_MILLIS, LONGEST_FILL_MILLIS), "the disk does not fill up");
            take(lab, disk, server);
            lab.round(round);
        }
        lab.finish();
        lab.probe(SenderOptions.ON_FILE);
        lab.stop(server);
        lab.readWholeLines(disk.directory());
    }

    private static Server start(Lab lab, Mount disk) throws IOException, InterruptedException {
        return lab.start("file:" + disk.file(SinkFiles.NAME) + "?" + lab.anySync());
    }

    private static void take(Lab lab, Mount disk, Server server) throws Exception {
        Taken taken = WAYS.get(lab.random().nextInt(WAYS.size()));
        lab.findings().counted(taken.toString());
        long acknowledged = lab.senders().totalAcknowledged();
        long logLines = server.log().lines().count();
        switch (taken) {
            case REMOVED -> remove(lab, disk, server);
            case MOVED_TO_ANOTHER_DISK -> moveAway(lab, disk, server);
            case RENAMED -> rename(lab, disk, server);
        }
        int limit = lab.effort().patient(2_000);
        long millis = lab.senders().awaitProgress(acknowledged, limit);
        lab.findings().measured(taken + ", goes on after ms", millis);
        lab.findings().check(millis >= 0, taken + ": does not go on within " + limit + " ms: " + server.log());
        lab.findings().measured("log lines", server.log().lines().count() - logLines, MOST_LOG_LINES);
    }

    /** Nobody can hold a removed file open without its space: it is read while nothing can be added to it. */
    private static void remove(Lab lab, Mount disk, Server server) throws IOException, InterruptedException {
        server.freeze();
        SinkFiles.absorb(List.of(disk.file(SinkFiles.NAME)), lab.stored());
        server.thaw();
        hangUp(lab, server);
    }

    private static void moveAway(Lab lab, Mount disk, Server server) throws IOException, InterruptedException {
        Path moved = lab.directory().resolve("moved");
        Shell.run("mv", disk.file(SinkFiles.NAME).toString(), moved.toString());
        hangUp(lab, server);
        SinkFiles.absorb(List.of(moved), lab.stored());
    }

    private static void rename(Lab lab, Mount disk, Server server) throws Exception {
        Path fresh = disk.file(SinkFiles.NAME);
        Path moved = Files.move(fresh, disk.file("moved"));
        hangUp(lab, server);
        int limit = lab.effort().patient(2_000);
        long millis = Await.until(() -> Files.exists(fresh), limit);
        lab.findings().check(millis >= 0, "no new file within " + limit + " ms of SIGHUP: " + server.log());
        SinkFiles.absorb(List.of(moved), lab.stored());
    }

    private static void hangUp(Lab lab, Server server) throws IOException, InterruptedException {
        Thread.sleep(lab.random().nextInt(LONGEST_PAUSE_MILLIS));
        Shell.signal("HUP", server.pid());
    }
}
