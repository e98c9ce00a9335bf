package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * More than a thousand connections, or a quarter as many over TLS, with a long line each that they do not finish, at a server
 * with a small heap. It goes on serving the others, does not grow, and is as before when they have left.
 */
final class UnfinishedLines implements Experiment {
    private static final String HEAP = "64m";
    private static final int SENDERS = 4;
    private static final int FEWEST_HOLDERS = 1_050;
    private static final int MOST_HOLDERS = 1_400;

    /** So many handshakes a round would be most of the time of a run. */
    private static final int FEWER_OVER_TLS = 4;

    private static final int PROBES = 6;
    private static final int PLAIN_LINES = 5_000;
    private static final int LONGEST_STALL_MILLIS = 3_000;
    private static final int LONGEST_PLAIN_MILLIS = 10_000;
    private static final int LONGEST_WAIT_MILLIS = 60_000;
    private static final int ROUNDS_OF_A_SERVER = 2;
    private static final List<String> BUFFERS = List.of("4MiB", "16MiB", "8MiB");

    /** The heap grows to its limit, the buffers to theirs, and compiled code comes on top. */
    private static final long MOST_GROWTH_KIB = 112 * 1024;

    @Override
    public void run(Lab lab) throws Exception {
        Path files = lab.newDirectory("files");
        SenderOptions options = SenderOptions.DURABLE.durable(SenderOptions.ON_FILE);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(2_000));
        List<Account> plain = new ArrayList<>();
        for (int first = 1; first <= lab.rounds(); first += ROUNDS_OF_A_SERVER) {
            Server server = start(lab, files, first / ROUNDS_OF_A_SERVER);
            try (MemoryWatch watch = new MemoryWatch(server, lab.findings(), MOST_GROWTH_KIB)) {
                for (int round = first; round < first + ROUNDS_OF_A_SERVER && round <= lab.rounds(); round++) {
                    hold(lab, plain, round % 2 == 0);
                    lab.round(round);
                }
            }
            lab.findings().measured("memory MiB", server.rssKib() / 1024);
            lab.stop(server);
            SinkFiles.absorb(SinkFiles.in(files), lab.stored());
        }
        Server server = start(lab, files, 0);
        lab.finish();
        lab.stop(server);
        lab.stored().read(SinkFiles.in(files));
        for (Account account : plain) {
            long missing = lab.stored().lost(account.sender(), account.attempted());
            lab.findings().check(missing == 0, missing + " lines of a plain sender are missing");
        }
        long pieces = lab.findings().count("pieces that may be kept");
        lab.findings()
                .check(
                        lab.stored().fragments() <= pieces,
                        lab.stored().fragments() + " pieces are stored, and may be " + pieces);
    }

    private static Server start(Lab lab, Path files, int number) throws IOException, InterruptedException {
        String buffer = BUFFERS.get(number % BUFFERS.size());
        String patience = number % 2 == 0 ? "500ms" : "10s";
        String sink = "file:" + files.resolve(SinkFiles.NAME) + "?" + lab.anySync();
        return lab.startSmall(HEAP, sink, "--buffer", buffer, "--unfinished-timeout", patience);
    }

    /** @param inOrder whether some finish their lines, and all are waited for; else they all go at once */
    private static void hold(Lab lab, List<Account> plain, boolean inOrder) throws Exception {
        int most = FEWEST_HOLDERS + lab.random().nextInt(MOST_HOLDERS - FEWEST_HOLDERS);
        int count = lab.site().carrier() == Carrier.TLS ? most / FEWER_OVER_TLS : most;
        int stall = lab.effort().patient(LONGEST_STALL_MILLIS);
        try (StallWatch watch = new StallWatch(lab.senders().running(), lab.findings(), stall);
                Crowd crowd = Crowd.of(lab, count)) {
            CompletableFuture<Void> through = plainSender(lab, plain);
            for (int i = 0; i < PROBES; i++) {
                lab.probe(SenderOptions.ON_FILE);
                Thread.sleep(lab.random().nextInt(300));
            }
            awaitServed(lab, through);
            lab.findings().counted("held", crowd.count(holder -> !holder.hasEnded()));
            lab.findings().counted("ended by the server", crowd.count(Holder::hasEnded));
            lab.findings()
                    .counted("pieces that may be kept", crowd.count(holder -> !inOrder || holder.mayLeaveAPiece()));
            if (inOrder) {
                leave(lab, crowd);
            }
        }
        lab.probe(SenderOptions.ON_FILE);
    }

    private static void awaitServed(Lab lab, CompletableFuture<Void> through) throws Exception {
        try {
            through.get(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException waits) {
            lab.findings().problem("a plain sender still waits");
        }
    }

    /** One that reads nothing, and is through when the server has closed. */
    private static CompletableFuture<Void> plainSender(Lab lab, List<Account> plain) {
        Account account = lab.senders().newAccount();
        plain.add(account);
        return CompletableFuture.runAsync(() -> {
            long start = System.nanoTime();
            try {
                new PlainSender(account, lab.lines(), PLAIN_LINES, true)
                        .send(lab.site().tcp(), false);
            } catch (IOException failure) {
                lab.findings().problem("a plain sender was not served: " + failure);
            }
            lab.findings()
                    .measured(
                            "plain sender ms",
                            (System.nanoTime() - start) / 1_000_000,
                            lab.effort().patient(LONGEST_PLAIN_MILLIS));
        });
    }

    /**
     * Some finish their lines. A server that has no memory to read with notices the others' end when it would have ended
     * their lines itself, and may end some that wait to be read as well: with acks, that is no loss.
     */
    private static void leave(Lab lab, Crowd crowd) throws Exception {
        crowd.leave(holder -> true);
        long millis = Await.until(() -> crowd.count(Holder::isFinishing) == 0, LONGEST_WAIT_MILLIS);
        lab.findings().measured("all have left after ms", millis);
        lab.findings()
                .check(
                        millis >= 0,
                        crowd.count(Holder::isFinishing) + " long lines are neither acknowledged nor refused");
        lab.findings().counted("long lines finished", crowd.count(Holder::isAcknowledged));
        lab.findings().counted("ended while finishing", crowd.count(Holder::wasDenied));
    }
}
