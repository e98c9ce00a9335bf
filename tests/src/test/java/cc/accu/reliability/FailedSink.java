package cc.accu.reliability;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A sink fails for good. Every conversation is told at once, also one that is idle and one that only begins, and senders that
 * know another server go on there.
 */
final class FailedSink implements Experiment {
    private static final int SENDERS = 4;
    private static final int IDLE_TALKS = 10;
    private static final int EARLIEST_CALL = 30;
    private static final int LATEST_CALL = 90;
    private static final int LONGEST_WAIT_MILLIS = 15_000;
    private static final int TOLD_MILLIS = 1_000;
    private static final int CLIENT_LINES = 12_000;

    /** Acks of the server that failed may be on their way, and the client's reports are. */
    private static final int STALE_MILLIS = 300;

    private static final List<FailingCalls> CALLS = List.of(FailingCalls.SYNC_FOR_GOOD, FailingCalls.WRITE_FOR_GOOD);

    @Override
    public void run(Lab lab) throws Exception {
        Site second = lab.site().another(lab.newDirectory("second"));
        for (int round = 1; round <= lab.rounds(); round++) {
            fail(lab, second, CALLS.get(round % CALLS.size()));
            lab.round(round);
        }
        lab.findings().check(lab.stored().fragments() == 0, "an unfinished line was taken for a message");
    }

    private static void fail(Lab lab, Site second, FailingCalls calls) throws Exception {
        Path files = lab.newDirectory("files");
        Path others = lab.newDirectory("others");
        Path file = files.resolve(SinkFiles.NAME);
        Path trace = lab.directory().resolve("trace");
        int call = EARLIEST_CALL + lab.random().nextInt(LATEST_CALL - EARLIEST_CALL);
        Server failing = lab.startWith(
                calls.strace(file, trace, call), "file:" + file, "--drain-timeout", "1s", "--buffer", "8MiB");
        Server sound = lab.startAt(second, "file:" + others.resolve(SinkFiles.NAME));
        List<IdleTalk> talks = idleTalks(lab);
        ClientRun client = ClientRun.of(lab, CLIENT_LINES);
        client.start(lab.site().tcp(), "--rate=6000", "--or", second.tcp().endpoint());
        client.awaitReport(LONGEST_WAIT_MILLIS);
        for (int i = 0; i < SENDERS; i++) {
            lab.senders()
                    .start(
                            either(lab.site().address(i), second.address(i)),
                            SenderOptions.DURABLE.linesPerSecond(2_000));
        }
        boolean failed = Await.until(failing::saysThatItsSinkFailed, LONGEST_WAIT_MILLIS) >= 0;
        lab.findings().check(failed, calls + " at call " + call + ": the sink has not failed: " + failing.log());
        checkThatAllAreTold(lab, talks, System.nanoTime());
        checkThatSendersGoOn(lab, client);
        client.delivers();
        lab.finish();
        int exit = failing.terminate();
        lab.findings().check(exit != 0, "exit code 0 after its sink failed: " + failing.log());
        lab.stop(sound);
        SinkFiles.absorb(SinkFiles.in(files), lab.stored());
        SinkFiles.absorb(SinkFiles.in(others), lab.stored());
        Trees.delete(files);
        Trees.delete(others);
    }

    /** Some have said nothing yet but their greeting, some have an ack. */
    private static List<IdleTalk> idleTalks(Lab lab) throws Exception {
        List<IdleTalk> talks = new ArrayList<>();
        for (int i = 0; i < IDLE_TALKS; i++) {
            IdleTalk talk =
                    lab.opens(IdleTalk.open(lab.site().address(i), lab.senders().newAccount(), 0));
            talks.add(talk);
            Await.until(talk::isWelcome, LONGEST_WAIT_MILLIS);
            if (i % 3 == 0) {
                talk.sendsOne(lab.lines(), LONGEST_WAIT_MILLIS);
            }
        }
        return talks;
    }

    private static void checkThatAllAreTold(Lab lab, List<IdleTalk> talks, long failedNanos) throws Exception {
        int limit = lab.effort().patient(TOLD_MILLIS);
        for (int cut = 0; cut < "accu/1\n".length(); cut += 3) {
            IdleTalk late = lab.opens(
                    IdleTalk.open(lab.site().address(cut), lab.senders().newAccount(), cut));
            long millis = Await.until(() -> late.heardErr("store-failed"), limit);
            lab.findings().measured("new one told after ms", millis);
            lab.findings()
                    .check(
                            millis >= 0 && !late.isWelcome(),
                            "a new conversation was not told at once: '" + late.heard() + "'");
        }
        for (IdleTalk talk : talks) {
            boolean told = Await.until(() -> talk.heardErr("store-failed"), limit) >= 0;
            lab.findings().check(told, "an idle conversation was not told: '" + talk.heard() + "'");
            lab.findings().measured("idle one told after ms", (talk.lastHeardNanos() - failedNanos) / 1_000_000, limit);
            talk.close();
        }
    }

    /** Each by itself: one that is served again says nothing of the others. */
    private static void checkThatSendersGoOn(Lab lab, ClientRun client) throws Exception {
        Thread.sleep(STALE_MILLIS);
        Map<Integer, Integer> acknowledged = lab.senders().acknowledged();
        int reported = client.reported();
        int limit = lab.effort().patient(TOLD_MILLIS);
        for (Account account : lab.senders().running()) {
            long millis =
                    Await.until(() -> account.acknowledged() > acknowledged.getOrDefault(account.sender(), 0), limit);
            lab.findings().measured("sender goes on after ms", STALE_MILLIS + millis);
            lab.findings().check(millis >= 0, "a sender did not go on at the second server within " + limit + " ms");
        }
        // On a slow machine it is through by now.
        long millis = Await.until(() -> client.reported() > reported || reported == CLIENT_LINES, limit);
        lab.findings().measured("client goes on after ms", STALE_MILLIS + millis);
        lab.findings().check(millis >= 0, "the client did not go on at the second server within " + limit + " ms");
    }

    /** The first address for the first connection, then in turn. */
    private static Supplier<ServerAddress> either(ServerAddress first, ServerAddress second) {
        AtomicInteger connections = new AtomicInteger();
        return () -> connections.getAndIncrement() % 2 == 0 ? first : second;
    }
}
