package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The sink's file is removed under load, sometimes with its directory. What is in it is gone; what is acknowledged from then
 * on is in a fresh file. Removed files are held open, so that every line is counted.
 */
final class RemoveFile implements Experiment {
    private static final int SENDERS = 4;
    private static final int ROUNDS_OF_A_SERVER = 4;
    private static final int LOOK_MILLIS = 1_000;
    private static final int GRACE_MILLIS = 100;
    private static final int LONGEST_PAUSE_MILLIS = 300;
    private static final int LONGEST_WAIT_MILLIS = 2_000;
    private static final List<String> POLICIES = List.of("sync=always", "sync=1s", "sync=always", "sync=never");

    @Override
    public void run(Lab lab) throws Exception {
        Path files = lab.newDirectory("files");
        Path file = files.resolve(SinkFiles.NAME);
        SenderOptions options = SenderOptions.DURABLE.durable(SenderOptions.ON_FILE);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(5_000));
        Map<Integer, Integer> settled = Map.of();
        for (int first = 1; first <= lab.rounds(); first += ROUNDS_OF_A_SERVER) {
            String policy = POLICIES.get(first / ROUNDS_OF_A_SERVER % POLICIES.size());
            Server server = lab.start("file:" + file + "?" + policy);
            for (int round = first; round < first + ROUNDS_OF_A_SERVER && round <= lab.rounds(); round++) {
                Thread.sleep(lab.random().nextInt(LONGEST_PAUSE_MILLIS));
                settled = remove(lab, files, policy, settled);
                lab.round(round);
            }
            lab.probe(SenderOptions.ON_FILE);
            lab.stop(server);
        }
        Server server = lab.start("file:" + file);
        lab.finish();
        lab.stop(server);
        check(lab, settled, lab.senders().acknowledged(), new Stored(lab.lines()).read(List.of(file)));
        lab.stored().read(List.of(file));
        lab.findings().check(lab.stored().fragments() == 0, "an unfinished line was taken for a message");
    }

    /** What is acknowledged by the time at which it must have been noticed. */
    private static Map<Integer, Integer> remove(
            Lab lab, Path directory, String policy, Map<Integer, Integer> settledBefore) throws Exception {
        Path file = directory.resolve(SinkFiles.NAME);
        int look = policy.equals("sync=always") ? 0 : LOOK_MILLIS;
        int grace = look + lab.effort().patient(GRACE_MILLIS);
        try (Removal removal = Removal.of(file, lab.senders().acknowledged())) {
            boolean all = lab.random().nextInt(4) == 0;
            lab.findings().counted(policy + (all ? ", directory" : ", file"));
            if (all) {
                removeDirectory(directory);
            } else {
                Files.delete(file);
            }
            long millis = Await.until(() -> Files.exists(file), grace);
            Thread.sleep(millis < 0 ? 0 : Math.max(0, grace - millis));
            Map<Integer, Integer> settled = lab.senders().acknowledged();
            if (all) {
                checkThatNothingIsAcknowledged(lab);
                Files.createDirectory(directory);
            }
            if (millis < 0) {
                millis = awaitNewFile(lab, file, policy);
            }
            lab.findings()
                    .measured(policy + (all ? ", after the directory is back" : "") + ", new file after ms", millis);
            Stored removed = new Stored(lab.lines());
            removal.readInto(removed);
            check(lab, settledBefore, removal.acknowledged(), removed);
            removal.readInto(lab.stored());
            return settled;
        }
    }

    private static long awaitNewFile(Lab lab, Path file, String policy) throws Exception {
        int limit = lab.effort().patient(LONGEST_WAIT_MILLIS);
        long millis = Await.until(() -> Files.exists(file), limit);
        lab.findings().check(millis >= 0, policy + ": no new file within " + limit + " ms");
        return millis;
    }

    /** Out of the way first: nothing is made in it while its files are deleted. */
    private static void removeDirectory(Path directory) throws IOException {
        Path gone = directory.resolveSibling("gone");
        Files.move(directory, gone);
        Trees.delete(gone);
    }

    private static void checkThatNothingIsAcknowledged(Lab lab) throws InterruptedException {
        long acknowledged = lab.senders().totalAcknowledged();
        Thread.sleep(lab.random().nextInt(LONGEST_PAUSE_MILLIS));
        long since = lab.senders().totalAcknowledged() - acknowledged;
        lab.findings().check(since == 0, since + " lines were acknowledged that have no file");
    }

    /** Every line that was acknowledged from one removal on, and before the next, is in the file that was there then. */
    private static void check(
            Lab lab, Map<Integer, Integer> settled, Map<Integer, Integer> acknowledged, Stored between) {
        long lost = acknowledged.entrySet().stream()
                .mapToLong(sender ->
                        between.lost(sender.getKey(), settled.getOrDefault(sender.getKey(), 0), sender.getValue()))
                .sum();
        lab.lost(lost, between, "acknowledged after the file was removed");
    }
}
