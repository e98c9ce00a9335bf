package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * SIGTERM and a moment later another signal, as from a wrapper that signals a process and its group, under load and when
 * idle: the drain goes on as if there had been the first one only.
 */
final class SecondSignal implements Experiment {
    private static final int SENDERS = 4;
    private static final int IDLE_TALKS = 4;
    private static final int LONGEST_LIFE_MILLIS = 300;
    private static final int LONGEST_GAP_MILLIS = 50;
    private static final int LONGEST_WAIT_MILLIS = 5_000;

    @Override
    public void run(Lab lab) throws Exception {
        Path files = lab.newDirectory("files");
        String sink = "file:" + files.resolve(SinkFiles.NAME) + "?";
        int idleRounds = (lab.rounds() + 2) / 3;
        for (int round = 1; round <= lab.rounds(); round++) {
            Server server = lab.start(sink + lab.anySync());
            lab.probe(SenderOptions.ON_FILE);
            if (round <= idleRounds) {
                stopIdle(lab, server, files, round);
            } else {
                if (round == idleRounds + 1) {
                    SenderOptions options = SenderOptions.DURABLE.durable(SenderOptions.ON_FILE);
                    lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(20_000));
                }
                Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
                stop(lab, server, files, round);
            }
            lab.round(round);
        }
        lab.findings()
                .check(
                        lab.findings().count("told that the second is the same") > 0,
                        "no server ever said that it ignores a second signal");
        Server server = lab.start(sink + lab.anySync());
        lab.finish();
        lab.stop(server);
        lab.readWholeLines(files);
    }

    private static void stopIdle(Lab lab, Server server, Path files, int round) throws Exception {
        List<IdleTalk> talks = new ArrayList<>();
        for (int i = 0; i < IDLE_TALKS; i++) {
            talks.add(IdleTalk.open(lab.site().address(i), lab.senders().newAccount(), 0));
            Await.until(talks.get(i)::isWelcome, LONGEST_WAIT_MILLIS);
        }
        stop(lab, server, files, round);
        for (IdleTalk talk : talks) {
            lab.findings()
                    .check(
                            Await.until(() -> talk.heardErr("shutting-down"), LONGEST_WAIT_MILLIS) >= 0,
                            "an idle sender was not told of the end: '" + talk.heard() + "'");
            talk.close();
        }
    }

    private static void stop(Lab lab, Server server, Path files, int round) throws IOException, InterruptedException {
        signalTwice(lab, server, round == 1 ? "INT" : anySecond(lab), round == 1 ? 0 : anyGapMillis(lab));
        long before = lab.stored().countAll();
        long booked = lab.stopped(server, server.ends()).stored();
        SinkFiles.absorb(SinkFiles.in(files), lab.stored());
        long found = lab.stored().countAll() - before;
        lab.findings().check(booked == found, "the books say stored=" + booked + ", the files have " + found);
        if (server.log().contains("within a second of the first signal")) {
            lab.findings().counted("told that the second is the same");
        }
    }

    private static String anySecond(Lab lab) {
        return lab.random().nextInt(100) < 50 ? "TERM" : "INT";
    }

    private static int anyGapMillis(Lab lab) {
        return lab.random().nextInt(2) * lab.random().nextInt(LONGEST_GAP_MILLIS + 1);
    }

    /**
     * By one shell: two processes would be a few milliseconds apart in any case. The kernel makes one of two equal signals
     * without a gap, so the first round sends two that differ: it always sees the second.
     */
    private static void signalTwice(Lab lab, Server server, String second, int gapMillis) {
        String pause = gapMillis == 0 ? "" : "sleep 0.%03d; ".formatted(gapMillis);
        boolean wasThere = Shell.succeeds(
                "sh",
                "-c",
                "kill -TERM $0; " + pause + "kill -" + second + " $0 2>/dev/null",
                Long.toString(server.pid()));
        lab.findings().counted(wasThere ? "SIG" + second + " as the second" : "gone before the second");
    }
}
