package cc.accu.reliability;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Three brokers under load, and kill -9: of one, which comes back; of the server; of all brokers; of one whose disk is lost
 * with it. Whatever is acknowledged is in the topic, in each sender's order, and so is all from plain senders to a server
 * that lives.
 */
final class KillBrokers implements Experiment {
    private static final int BROKERS = 3;
    private static final int SENDERS = 6;
    private static final int PLAIN_LINES = 2_000;
    private static final int LONGEST_HOLD_MILLIS = 15_000;
    private static final int AWAY_MILLIS = 20_000;
    private static final int SHORT_AWAY_MILLIS = 1_000;

    /** What happens in a round, in turn. */
    private enum Event {
        BROKER_KILLED,
        SERVER_KILLED,
        ALL_BROKERS_KILLED,
        BROKER_WITHOUT_DISK
    }

    private static final List<Event> IN_TURN = List.of(Event.values());

    @Override
    public void run(Lab lab) throws Exception {
        new Run(lab).run();
    }

    private static final class Run {
        private final Lab lab;
        private final Brokers brokers;
        private final List<Account> plain = new ArrayList<>();
        private Server server;

        Run(Lab lab) throws IOException, InterruptedException {
            this.lab = lab;
            this.brokers = lab.opens(new Brokers(lab, BROKERS));
            this.server = lab.startWithKafka(brokers.sink());
        }

        void run() throws Exception {
            SenderOptions options = SenderOptions.DURABLE.durable("replicated").ackTimeoutMillis(60_000);
            lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(2_000));
            for (int round = 1; round <= lab.rounds(); round++) {
                Event event = IN_TURN.get((round - 1) % IN_TURN.size());
                lab.findings().counted(event);
                if (event == Event.SERVER_KILLED) {
                    killServer();
                } else {
                    killBrokersUnderPlainLoad(event, round);
                }
                brokers.awaitAllInSync();
                lab.probe("replicated");
                lab.round(round);
            }
            lab.finish();
            lab.stop(server);
            brokers.readInto(lab.stored());
            for (Account account : plain) {
                long missing = lab.stored().lost(account.sender(), account.attempted());
                lab.findings().check(missing == 0, missing + " lines of a plain sender are missing");
            }
        }

        /** Plain senders would lose lines with it: there are none now. */
        private void killServer() throws Exception {
            Thread.sleep(lab.random().nextInt(500));
            server.kill();
            server = lab.startWithKafka(brokers.sink());
            awaitEachSender("after the server");
        }

        private void killBrokersUnderPlainLoad(Event event, int round) throws Exception {
            List<Thread> load = List.of(plainSender(0), plainSender(1));
            Thread.sleep(lab.random().nextInt(500));
            if (event == Event.ALL_BROKERS_KILLED) {
                brokers.killAll();
                Thread.sleep(lab.rounds() > IN_TURN.size() ? AWAY_MILLIS : SHORT_AWAY_MILLIS);
            } else if (event == Event.BROKER_KILLED) {
                brokers.kill(round / IN_TURN.size() % BROKERS);
                awaitEachSender("without a broker");
            } else {
                brokers.loseDisk(lab.random().nextInt(BROKERS));
                awaitEachSender("without a broker");
            }
            brokers.startAll();
            awaitEachSender("with all brokers");
            for (Thread one : load) {
                one.join();
            }
            // What is acknowledged to one that sends over the same way now was sent after all that plain senders sent.
            for (int way = 0; way < load.size(); way++) {
                lab.senders()
                        .probe(
                                lab.site().address(way),
                                "replicated",
                                lab.effort().patient(LONGEST_HOLD_MILLIS));
            }
        }

        /** One that writes its lines over TCP or the Unix socket, and waits for the server to close. */
        private Thread plainSender(int way) {
            PlainSender sender = new PlainSender(account(), lab.lines(), PLAIN_LINES, true);
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

        private Account account() {
            Account account = lab.senders().newAccount();
            plain.add(account);
            return account;
        }

        /** Each sender has something acknowledged that it had not, in bounded time. */
        private void awaitEachSender(String when) throws Exception {
            Map<Integer, Integer> before = lab.senders().acknowledged();
            int limit = lab.effort().patient(LONGEST_HOLD_MILLIS);
            long millis = Await.until(
                    () -> lab.senders().running().stream()
                            .allMatch(one -> one.acknowledged() > before.getOrDefault(one.sender(), 0)),
                    limit);
            lab.findings().measured("ms to go on " + when, millis);
            lab.findings().check(millis >= 0, "a sender has nothing acknowledged in " + limit + " ms " + when);
        }
    }
}
