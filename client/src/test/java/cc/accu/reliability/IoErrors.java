package cc.accu.reliability;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** The Nth write or fdatasync of the sink's file fails, once or from then on. */
final class IoErrors implements Experiment {
    private static final int SENDERS = 4;
    private static final int LATEST_CALL = 60;
    private static final int LONGEST_WAIT_MILLIS = 15_000;

    /** Which calls fail. */
    private enum Kind {
        SYNC_ONCE("fdatasync", ""),
        WRITE_ONCE("write,pwrite64,writev,pwritev", ""),
        SYNC_FOR_GOOD("fdatasync,fsync", "+"),
        WRITE_FOR_GOOD("write,pwrite64,writev,pwritev", "+");

        private final String calls;
        private final String repetition;

        Kind(String calls, String repetition) {
            this.calls = calls;
            this.repetition = repetition;
        }

        /** Syncs are made of the sink's files alone; writes go to sockets too. */
        List<String> strace(Path file, Path trace, int call) {
            List<String> words = new ArrayList<>(
                    List.of("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-o", trace.toString()));
            if (this == WRITE_ONCE || this == WRITE_FOR_GOOD) {
                words.addAll(List.of("-P", file.toString()));
            }
            words.addAll(List.of("-e", "trace=close,fsync," + calls));
            words.addAll(List.of("-e", "inject=" + calls + ":error=EIO:when=" + call + repetition));
            return words;
        }
    }

    @Override
    public void run(Lab lab) throws Exception {
        Path files = lab.newDirectory("files");
        Path file = files.resolve(SinkFiles.NAME);
        lab.senders().start(SENDERS, lab.site(), SenderOptions.DURABLE.linesPerSecond(5_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            Kind kind = Kind.values()[(round - 1) % Kind.values().length];
            fail(lab, file, kind);
            Server server = lab.start("file:" + file);
            lab.probe("fsync");
            lab.stop(server);
            SinkFiles.absorb(SinkFiles.in(files), lab.stored());
            lab.round(round);
        }
        Server server = lab.start("file:" + file);
        lab.finish();
        lab.stop(server);
        lab.stored().read(SinkFiles.in(files));
        lab.findings().check(lab.stored().fragments() == 0, "an unfinished line was taken for a message");
    }

    private static void fail(Lab lab, Path file, Kind kind) throws Exception {
        Path trace = Files.createTempFile(lab.directory(), "trace", ".txt");
        int call = 1 + lab.random().nextInt(LATEST_CALL);
        Server server = lab.startWith(kind.strace(file, trace, call), "file:" + file, "--drain-timeout", "2s");
        if (!isSoon(() -> Files.readString(trace).contains("(INJECTED)"))) {
            lab.findings().problem(kind + ": call " + call + " was never made");
        }
        if (!kind.repetition.isEmpty()) {
            isSoon(server::saysThatItsSinkFailed);
        }
        Thread.sleep(100 + lab.random().nextInt(300));
        boolean failed = server.saysThatItsSinkFailed();
        lab.findings().counted(kind + (failed ? ", the sink failed" : ", the sink went on"));
        // One bad file is left for a fresh one; if that is bad as well, it is the disk.
        lab.findings().check(failed != kind.repetition.isEmpty(), kind + " at call " + call + ": " + server.log());
        SyncTrace.check(trace, lab.findings());
        int exit = server.terminate();
        lab.findings()
                .check(
                        failed == (exit != 0),
                        kind + " at call " + call + ": exit code " + exit + " after " + server.log());
        server.close();
        Files.delete(trace);
    }

    private static boolean isSoon(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LONGEST_WAIT_MILLIS * 1_000_000L;
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }
}
