package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Senders into a spool while the broker is killed, or hangs: they go on, until the spool's disk is full, and when the broker
 * is back all that is acknowledged comes to be in the topic, in each sender's order. So it does when the server is killed in
 * the outage, or while it forwards what the outage left.
 */
final class SpoolOutage implements Experiment {
    private static final int SENDERS = 4;
    private static final int LINES_PER_SECOND = 500;
    private static final int LONGEST_HOLD_MILLIS = 15_000;
    private static final int LONGEST_FILL_MILLIS = 30_000;
    private static final int LONGEST_FORWARD_MILLIS = 60_000;
    private static final int QUIET_MILLIS = 500;

    /** The server keeps up to where lines are forwarded once a second. */
    private static final int LONG_ENOUGH_TO_SAVE_MILLIS = 1_500;

    private static final String DISK_SIZE = "32m";
    private static final int ROOM_LEFT_BYTES = 500_000;

    /** What happens in a round, in turn. */
    private enum Event {
        SERVER_KILLED_WHILE_BROKER_HANGS,
        SERVER_KILLED_IN_OUTAGE,
        SERVER_KILLED_WHILE_FORWARDING,
        OUTAGE,
        FULL
    }

    private static final List<Event> IN_TURN = List.of(Event.values());

    @Override
    public void run(Lab lab) throws Exception {
        new Run(lab).run();
    }

    private static final class Run {
        private final Lab lab;
        private final Brokers brokers;
        private final Mount disk;
        private final String sink;
        private Server server;

        Run(Lab lab) throws IOException, InterruptedException {
            this.lab = lab;
            this.brokers = lab.opens(new Brokers(lab, 1));
            this.disk = lab.opens(Mount.tmpfs(lab.newDirectory("disk"), DISK_SIZE));
            this.sink = brokers.sink() + "&spool=" + disk.file("spool");
            this.server = lab.startWithKafka(sink);
        }

        void run() throws Exception {
            SenderOptions options = SenderOptions.DURABLE.window(500).ackTimeoutMillis(120_000);
            lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(LINES_PER_SECOND));
            awaitProgress("at the start");
            for (int round = 1; round <= lab.rounds(); round++) {
                awaitMoreForwarded();
                Event event = IN_TURN.get((round - 1) % IN_TURN.size());
                lab.findings().counted(event);
                if (event == Event.SERVER_KILLED_WHILE_BROKER_HANGS) {
                    killServerWhileBrokerHangs();
                } else {
                    brokers.kill(0);
                    awaitProgress("without a broker");
                    meanwhile(event);
                    brokers.startAll();
                }
                if (event == Event.SERVER_KILLED_WHILE_FORWARDING) {
                    Thread.sleep(lab.random().nextInt(1_500));
                    restartServer();
                }
                awaitProgress("with a broker");
                Files.deleteIfExists(ballast());
                lab.round(round);
            }
            lab.finish();
            awaitForwarded();
            lab.stop(server);
            brokers.readInto(lab.stored());
        }

        private void killServerWhileBrokerHangs() throws Exception {
            brokers.freeze(0);
            try {
                killServerInOutage();
            } finally {
                brokers.thaw(0);
            }
        }

        private void killServerInOutage() throws Exception {
            Thread.sleep(LONG_ENOUGH_TO_SAVE_MILLIS + lab.random().nextInt(1_000));
            restartServer();
            awaitProgress("without a broker, after the server");
        }

        private void meanwhile(Event event) throws Exception {
            if (event == Event.SERVER_KILLED_IN_OUTAGE) {
                killServerInOutage();
            } else if (event == Event.FULL) {
                long room = Files.getFileStore(disk.directory()).getUsableSpace() - ROOM_LEFT_BYTES;
                Files.write(ballast(), new byte[(int) Math.max(room, 0)]);
                boolean quiet = lab.senders().awaitQuiet(QUIET_MILLIS, LONGEST_FILL_MILLIS);
                lab.findings().check(quiet, "the disk does not fill up");
            }
        }

        private Path ballast() {
            return disk.file("ballast");
        }

        private void restartServer() throws Exception {
            server.kill();
            server = lab.startWithKafka(sink);
        }

        private void awaitProgress(String when) throws InterruptedException {
            int limit = lab.effort().patient(LONGEST_HOLD_MILLIS);
            long millis = lab.senders().awaitProgress(lab.senders().totalAcknowledged(), limit);
            lab.findings().measured("ms to go on " + when, millis);
            lab.findings().check(millis >= 0, "nothing was acknowledged in " + limit + " ms " + when);
        }

        /** So that the server knows where to send. */
        private void awaitMoreForwarded() throws Exception {
            int limit = lab.effort().patient(LONGEST_FORWARD_MILLIS);
            long before = brokers.lines();
            long millis = Await.until(() -> brokers.lines() > before, limit);
            lab.findings().check(millis >= 0, "nothing was forwarded in " + limit + " ms");
        }

        /** The last line that was acknowledged is behind all others. */
        private void awaitForwarded() throws Exception {
            int limit = lab.effort().patient(LONGEST_FORWARD_MILLIS);
            long acknowledged = lab.senders().totalAcknowledged();
            long millis = Await.until(() -> brokers.lines() >= acknowledged, limit);
            lab.findings().measured("ms to forward the rest", millis);
            lab.findings().check(millis >= 0, "not all was forwarded in " + limit + " ms");
        }
    }
}
