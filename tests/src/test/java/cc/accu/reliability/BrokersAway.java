package cc.accu.reliability;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A server with 128 MiB of heap, 64 senders at full speed, half of them plain, and a broker that is away for a while: senders are held, memory
 * stays bounded, and it goes on by itself.
 */
final class BrokersAway implements Experiment {
    private static final int SENDERS = 32;
    private static final int PLAIN_SENDERS = 32;

    /** Together they have more bytes than the server holds. */
    private static final int PLAIN_LINES = 10_000;

    private static final int WARM_UP_MILLIS = 2_000;
    private static final int AWAY_MILLIS = 20_000;
    private static final int SHORT_AWAY_MILLIS = 3_000;
    private static final int QUIET_MILLIS = 1_000;
    private static final int LONGEST_HOLD_MILLIS = 15_000;

    /** Heap and direct memory are 128 MiB at most each; the rest is the JVM's own. */
    private static final long MOST_RSS_KIB = 320 * 1024;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Brokers brokers = lab.opens(new Brokers(lab, 1));
        Server server = lab.startWithKafka(brokers.sink());
        SenderOptions options = SenderOptions.DURABLE.durable("replicated").ackTimeoutMillis(120_000);
        lab.senders().start(SENDERS, lab.site(), options);
        List<Account> plain = new ArrayList<>();
        for (int round = 1; round <= lab.rounds(); round++) {
            watch(lab, server, WARM_UP_MILLIS);
            List<Thread> load = new ArrayList<>();
            for (int way = 0; way < PLAIN_SENDERS; way++) {
                plain.add(lab.senders().newAccount());
                load.add(plainSender(lab, plain.get(plain.size() - 1), way));
            }
            brokers.killAll();
            watch(lab, server, lab.rounds() > 1 ? AWAY_MILLIS : SHORT_AWAY_MILLIS);
            lab.findings().check(lab.senders().awaitQuiet(QUIET_MILLIS, QUIET_MILLIS), "something is acknowledged");
            long before = lab.senders().totalAcknowledged();
            brokers.startAll();
            long millis = lab.senders().awaitProgress(before, lab.effort().patient(LONGEST_HOLD_MILLIS));
            lab.findings().measured("goes on after ms", millis);
            lab.findings().check(millis >= 0, "does not go on when the broker is back");
            for (Thread one : load) {
                one.join();
            }
            watch(lab, server, WARM_UP_MILLIS);
            lab.round(round);
        }
        lab.finish();
        lab.probe("replicated");
        lab.stop(server);
        lab.findings().check(!server.log().contains("OutOfMemory"), "out of memory: " + server.log());
        brokers.readInto(lab.stored());
        for (Account account : plain) {
            long missing = lab.stored().lost(account.sender(), account.attempted());
            lab.findings().check(missing == 0, missing + " lines of a plain sender are missing");
        }
    }

    private static Thread plainSender(Lab lab, Account account, int way) {
        PlainSender sender = new PlainSender(account, lab.lines(), PLAIN_LINES, true);
        Thread thread = new Thread(() -> {
            try {
                sender.send(lab.site().address(way), false);
            } catch (IOException failure) {
                lab.findings().problem("a plain sender was not served: " + failure);
            }
        });
        thread.start();
        return thread;
    }

    private static void watch(Lab lab, Server server, int millis) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < millis * 1_000_000L) {
            lab.findings().measured("memory KiB", server.rssKib(), MOST_RSS_KIB);
            Thread.sleep(20);
        }
    }
}
