package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Power cuts: the sink is on a disk image, the server is frozen, and a copy of the image is what a machine finds when the
 * power is back. What was in the page cache only is not in it. The same with {@code sync=never} must lose something: else
 * this would prove nothing.
 */
final class PowerCut implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_LIFE_MILLIS = 400;
    private static final int ROUNDS_FOR_EACH_DISK = 20;
    private static final int ROUNDS_WITHOUT_SYNC = 3;
    private static final int FIRST_SENDER_AFTERWARDS = 1_000_000;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        for (int done = 0; done < lab.rounds(); done += ROUNDS_FOR_EACH_DISK) {
            int rounds = Math.min(ROUNDS_FOR_EACH_DISK, lab.rounds() - done);
            lab.lost(cutPower(lab, "always", done, rounds), lab.stored(), "after a power cut");
        }
        Effort effort = new Effort(
                ROUNDS_WITHOUT_SYNC, lab.effort().seed(), lab.effort().patience());
        try (Lab unsynced =
                new Lab("power-cut-unsynced", effort, Lines.LONGEST, lab.site().carrier())) {
            long lost = cutPower(unsynced, "never", 0, effort.rounds());
            unsynced.findings().problems().forEach(lab.findings()::problem);
            lab.findings().measured("lost with sync=never", lost);
            lab.findings().check(lost > 0, "sync=never lost nothing: the power cuts prove nothing");
        }
    }

    /** Lines that were lost in one of the cuts. */
    private static long cutPower(Lab lab, String sync, int done, int rounds) throws IOException, InterruptedException {
        boolean synced = sync.equals("always");
        String durable = synced ? "fsync" : "written";
        long lost = 0;
        try (Disk disk = new Disk(Files.createTempDirectory(lab.directory(), "disk"))) {
            String rotate = lab.random().nextBoolean() ? "1MiB" : "30ms";
            Server server = lab.start(sink(disk.files(), sync, rotate));
            Set<Integer> onOtherDisks = lab.senders().acknowledged().keySet();
            lab.senders()
                    .start(
                            SENDERS,
                            lab.site(),
                            SenderOptions.DURABLE.durable(durable).linesPerSecond(5_000));
            lab.senders()
                    .awaitProgress(
                            lab.senders().totalAcknowledged(), lab.effort().patient(2_000));
            for (int round = 1; round <= rounds; round++) {
                Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
                server.freeze();
                disk.copy();
                Map<Integer, Integer> acknowledged = new HashMap<>(lab.senders().acknowledged());
                acknowledged.keySet().removeAll(onOtherDisks);
                server.thaw();
                lost += lostIn(lab, disk, acknowledged, synced);
                lab.round(done + round);
            }
            lab.finish();
            lab.stop(server);
            lab.stored().read(SinkFiles.in(disk.files()));
        }
        return lost;
    }

    private static String sink(Path files, String sync, String rotate) {
        return "file:" + files.resolve(SinkFiles.NAME) + "?rotate=" + rotate + "&sync=" + sync;
    }

    private static long lostIn(Lab lab, Disk disk, Map<Integer, Integer> acknowledged, boolean restart)
            throws IOException, InterruptedException {
        try (Mount copy = disk.mountCopy()) {
            Stored found = new Stored(lab.lines()).read(SinkFiles.in(copy.directory()));
            long lost = Senders.lost(acknowledged, found);
            if (restart) {
                lost += lostByRestart(lab, copy, acknowledged);
                found.samples().forEach(lab.findings()::problem);
            }
            return lost;
        }
    }

    /** A server that finds such a disk goes on with it. */
    private static long lostByRestart(Lab lab, Mount copy, Map<Integer, Integer> acknowledged)
            throws IOException, InterruptedException {
        Site site = lab.site().another(Files.createTempDirectory(lab.directory(), "after"));
        Senders afterwards = new Senders(lab.lines(), lab.findings(), 0, FIRST_SENDER_AFTERWARDS);
        String sink = sink(copy.directory(), "always", "1MiB");
        try (Server server = Server.start(site.directory(), Server.words(List.of(), site.arguments(sink)))) {
            long took = afterwards.probe(site.tcp(), "fsync", lab.effort().patient(1_000));
            lab.findings().check(took >= 0, "after a power cut a fresh line was not stored within a second");
            lab.stop(server);
        }
        Stored found = new Stored(lab.lines()).read(SinkFiles.in(copy.directory()));
        lab.findings().check(found.fragments() == 0, "after a power cut a torn line was taken for a message");
        found.samples().forEach(lab.findings()::problem);
        return Senders.lost(acknowledged, found) + Senders.lost(afterwards.acknowledged(), found);
    }
}
