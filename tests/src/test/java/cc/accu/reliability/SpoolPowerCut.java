package cc.accu.reliability;

import cc.accu.server.internal.spool.Spool;
import cc.accu.server.internal.spool.SpoolReader.Spooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Power cuts under a spool that nobody empties: the server is frozen, and a copy of the disk is what a machine finds when
 * the power is back. All that is acknowledged can be forwarded from there.
 */
final class SpoolPowerCut implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_LIFE_MILLIS = 400;
    private static final String NO_BROKER = "kafka://127.0.0.1:1/lines?spool=";
    private static final long SPOOL_BYTES = 1L << 30;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        try (Disk disk = new Disk(Files.createTempDirectory(lab.directory(), "disk"))) {
            Server server = lab.startWithKafka(NO_BROKER + spool(disk.files()));
            lab.senders().start(SENDERS, lab.site(), SenderOptions.DURABLE.linesPerSecond(5_000));
            lab.senders().awaitProgress(0, lab.effort().patient(2_000));
            for (int round = 1; round <= lab.rounds(); round++) {
                Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
                server.freeze();
                disk.copy();
                Map<Integer, Integer> acknowledged = new HashMap<>(lab.senders().acknowledged());
                server.thaw();
                try (Mount copy = disk.mountCopy()) {
                    Stored found = new Stored(lab.lines());
                    forward(copy.directory(), found);
                    lab.lost(Senders.lost(acknowledged, found), found, "after a power cut");
                }
                lab.round(round);
            }
            lab.finish();
            lab.stop(server);
            forward(disk.files(), lab.stored());
        }
    }

    private static Path spool(Path disk) {
        return disk.resolve("spool");
    }

    private static void forward(Path disk, Stored into) throws IOException, InterruptedException {
        Spool spool = Spool.open(spool(disk), SPOOL_BYTES);
        try (spool) {
            Optional<Spooled> next = spool.reader().next(Duration.ZERO);
            while (next.isPresent()) {
                into.read(new ByteArrayInputStream(bytes(next.get())), "spool");
                next = spool.reader().next(Duration.ZERO);
            }
        }
        spool.writer().close();
    }

    private static byte[] bytes(Spooled spooled) {
        try (var lines = spooled.batch()) {
            byte[] bytes = new byte[lines.bytes()];
            lines.lines().getBytes(lines.lines().readerIndex(), bytes);
            return bytes;
        }
    }
}
