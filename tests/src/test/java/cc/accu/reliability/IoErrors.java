package cc.accu.reliability;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The Nth write or fdatasync of the sink's file fails, once or from then on. */
final class IoErrors implements Experiment {
    private static final int SENDERS = 4;
    private static final int LATEST_CALL = 60;
    private static final List<FailingCalls> WAYS = List.of(FailingCalls.values());
    private static final int LONGEST_WAIT_MILLIS = 15_000;

    @Override
    public void run(Lab lab) throws Exception {
        Path files = lab.newDirectory("files");
        Path file = files.resolve(SinkFiles.NAME);
        lab.senders().start(SENDERS, lab.site(), SenderOptions.DURABLE.linesPerSecond(5_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            FailingCalls calls = WAYS.get((round - 1) % WAYS.size());
            fail(lab, file, calls);
            Server server = lab.start("file:" + file);
            lab.probe("fsync");
            lab.stop(server);
            SinkFiles.absorb(SinkFiles.in(files), lab.stored());
            lab.round(round);
        }
        Server server = lab.start("file:" + file);
        lab.finish();
        lab.stop(server);
        lab.readWholeLines(files);
    }

    private static void fail(Lab lab, Path file, FailingCalls calls) throws Exception {
        Path trace = Files.createTempFile(lab.directory(), "trace", ".txt");
        int call = 1 + lab.random().nextInt(LATEST_CALL);
        Server server = lab.startWith(calls.strace(file, trace, call), "file:" + file, "--drain-timeout", "2s");
        if (Await.until(() -> Files.readString(trace).contains("(INJECTED)"), LONGEST_WAIT_MILLIS) < 0) {
            lab.findings().problem(calls + ": call " + call + " was never made");
        }
        if (!calls.failOnce()) {
            Await.until(server::saysThatItsSinkFailed, LONGEST_WAIT_MILLIS);
        }
        Thread.sleep(100 + lab.random().nextInt(300));
        boolean failed = server.saysThatItsSinkFailed();
        lab.findings().counted(calls + (failed ? ", the sink failed" : ", the sink went on"));
        // One bad file is left for a fresh one; if that is bad as well, it is the disk.
        lab.findings().check(failed != calls.failOnce(), calls + " at call " + call + ": " + server.log());
        SyncTrace.check(trace, lab.findings());
        int exit = server.terminate();
        lab.findings()
                .check(
                        failed == (exit != 0),
                        calls + " at call " + call + ": exit code " + exit + " after " + server.log());
        server.close();
        Files.delete(trace);
    }
}
