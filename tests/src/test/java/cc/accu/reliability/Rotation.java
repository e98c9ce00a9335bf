package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Rotation under load: each line is in exactly one file, and the files in the order of their names keep every order. */
final class Rotation implements Experiment {
    private static final int SENDERS = 4;
    private static final int LONGEST_WITHOUT_MILLIS = 10_000;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        Server server = lab.start("file:" + files.resolve(SinkFiles.NAME) + "?rotate=10ms&" + lab.anySync());
        lab.senders()
                .start(
                        SENDERS,
                        lab.site(),
                        SenderOptions.DURABLE.durable(SenderOptions.ON_FILE).linesPerSecond(20_000));
        int rotations = 0;
        long lastNanos = System.nanoTime();
        while (rotations < lab.rounds()) {
            Thread.sleep(50);
            List<Path> rotated = SinkFiles.rotated(files);
            rotations += rotated.size();
            if (!rotated.isEmpty()) {
                lastNanos = System.nanoTime();
            } else if (System.nanoTime() - lastNanos > LONGEST_WITHOUT_MILLIS * 1_000_000L) {
                lab.findings().problem("no rotation for " + LONGEST_WITHOUT_MILLIS + " ms");
                break;
            }
            SinkFiles.absorb(rotated, lab.stored());
            lab.round(rotations);
        }
        lab.finish();
        lab.probe(SenderOptions.ON_FILE);
        long booked = lab.stop(server).stored();
        lab.stored().read(SinkFiles.in(files));
        lab.findings()
                .check(
                        booked == lab.stored().countAll(),
                        "the books say stored=" + booked + ", the files have "
                                + lab.stored().countAll());
        lab.findings().check(lab.stored().duplicates() == 0, "a line is in two files");
        lab.findings().check(lab.stored().tornBytes() == 0, "a line was split by a rotation");
    }
}
