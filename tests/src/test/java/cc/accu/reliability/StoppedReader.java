package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Standard output in a pipe that nobody reads for ten seconds: senders wait, memory stays flat, it goes on by itself. */
final class StoppedReader implements Experiment {
    private static final int SENDERS = 4;
    private static final int WARM_UP_MILLIS = 1_500;
    private static final int STOPPED_MILLIS = 10_000;
    private static final int PLAIN_LINES = 200_000;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path pipe = lab.directory().resolve("pipe");
        Path file = lab.newDirectory("files").resolve(SinkFiles.NAME);
        Shell.run("mkfifo", pipe.toString());
        Process reader = new ProcessBuilder("cat", pipe.toString())
                .redirectOutput(file.toFile())
                .start();
        lab.opens(reader::destroyForcibly);
        List<String> intoPipe = List.of("sh", "-c", "exec \"$@\" > \"$0\"", pipe.toString());
        Server server = lab.startWith(intoPipe, "stdout?format=raw", "--buffer", "8MiB");
        SenderOptions options = SenderOptions.DURABLE.durable("written").ackTimeoutMillis(60_000);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(20_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            Thread.sleep(WARM_UP_MILLIS);
            Thread plain = plainSender(lab);
            stop(lab, server, reader);
            plain.join();
            lab.round(round);
        }
        lab.finish();
        lab.probe("written");
        long booked = lab.stop(server).stored();
        reader.waitFor();
        lab.stored().read(List.of(file));
        lab.findings()
                .check(
                        booked == lab.stored().countAll(),
                        "the books say stored=" + booked + ", the reader got "
                                + lab.stored().countAll());
        long missing = lab.senders().totalAttempted() - lab.stored().count();
        lab.findings().check(missing == 0, missing + " lines are missing");
    }

    private static void stop(Lab lab, Server server, Process reader) throws IOException, InterruptedException {
        Shell.signal("STOP", reader.pid());
        try (MemoryWatch watch = new MemoryWatch(server, lab.findings())) {
            Thread.sleep(STOPPED_MILLIS);
        }
        long acknowledged = lab.senders().totalAcknowledged();
        Shell.signal("CONT", reader.pid());
        int limit = lab.effort().patient(2_000);
        long millis = lab.senders().awaitProgress(acknowledged, limit);
        lab.findings().measured("goes on after ms", millis);
        lab.findings().check(millis >= 0, "does not go on within " + limit + " ms");
    }

    /** One that waits in its writes while nobody reads. */
    private static Thread plainSender(Lab lab) {
        PlainSender sender = new PlainSender(lab.senders().newAccount(), lab.lines(), PLAIN_LINES, true);
        Thread thread = new Thread(() -> {
            try (SenderSocket socket = lab.site().tcp().connect()) {
                sender.sendTo(socket);
            } catch (IOException failure) {
                lab.findings().problem("a plain sender was not served: " + failure);
            }
        });
        thread.start();
        return thread;
    }
}
