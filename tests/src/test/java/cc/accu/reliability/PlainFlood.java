package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;

/** A plain sender that never reads and closes at once: every line is stored, and not one byte comes back. */
final class PlainFlood implements Experiment {
    private static final int LINES = 20_000;
    private static final int LONGEST_WAIT_MILLIS = 20_000;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        Server server = lab.start("file:" + files.resolve(SinkFiles.NAME));
        long bytes = 0;
        boolean complete = true;
        for (int round = 1; round <= lab.rounds() && complete; round++) {
            PlainSender sender = new PlainSender(
                    lab.senders().newAccount(), lab.lines(), LINES, lab.random().nextBoolean());
            long back = sender.send(lab.site().address(round), round % 4 < 2);
            lab.findings().check(back == 0, "the server wrote " + back + " bytes to a plain sender");
            bytes += sender.storedBytes();
            complete = isStored(lab, files, bytes);
            SinkFiles.absorb(SinkFiles.rotated(files), lab.stored());
            lab.round(round);
        }
        lab.probe("fsync");
        lab.stop(server);
        lab.stored().read(SinkFiles.in(files));
        long missing = lab.senders().totalAttempted() - lab.stored().count();
        lab.findings().check(missing == 0, missing + " lines of plain senders are missing");
    }

    private static boolean isStored(Lab lab, Path files, long bytes) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (SinkFiles.bytes(files) < bytes) {
            if (System.nanoTime() - start > LONGEST_WAIT_MILLIS * 1_000_000L) {
                lab.findings().problem("only " + SinkFiles.bytes(files) + " of " + bytes + " bytes were stored");
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }
}
