package cc.accu.reliability;

import cc.accu.e2e.IgnoredSignals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What can go wrong around a server, how often it does so in a short run and in a campaign, and what that needs. */
enum Fault {
    KILL_SERVER(10, 1_000, Lines.LONGEST, new KillServer()),
    POWER_CUT(3, 200, Lines.LONGEST, new PowerCut(), Mount::missing),
    CUT_CONNECTIONS(1_000, 100_000, 4_000, new CutConnections()),
    DISK_FULL(3, 100, 4_000, new DiskFull(), Mount::missing),
    IO_ERRORS(5, 150, Lines.LONGEST, new IoErrors(), () -> Shell.missing("strace")),
    STOPPED_READER(1, 20, 2_000, new StoppedReader(), () -> Shell.missing("mkfifo", "cat")),
    UNREAD_ACKS(1, 10, 90, new UnreadAcks()),
    PLAIN_FLOOD(10, 100, 2_000, new PlainFlood()),
    ROTATION(200, 10_000, 2_000, new Rotation()),
    REOPEN(20, 1_000, 2_000, new Reopen(), () -> IgnoredSignals.among("HUP")),
    TERMINATE(5, 100, Lines.LONGEST, new Terminate()),
    KILL_CLIENT(5, 100, 2_000, new KillClient()),
    REMOVE_FILE(4, 120, 2_000, new RemoveFile()),
    REOPEN_WHEN_FULL(2, 100, 4_000, new ReopenWhenFull(), () -> join(Mount.missing(), IgnoredSignals.among("HUP"))),
    FAILED_SINK(1, 40, 2_000, new FailedSink(), () -> Shell.missing("strace")),
    SECOND_SIGNAL(3, 120, 2_000, new SecondSignal(), () -> IgnoredSignals.among("INT", "TERM")),
    UNFINISHED_LINES(1, 10, 1_000, new UnfinishedLines()),
    RESET_SENDERS(200, 20_000, 2_000, new ResetSenders()),
    KILL_BROKERS(1, 40, 4_000, new KillBrokers()),
    BROKERS_AWAY(1, 5, 2_000, new BrokersAway()),
    SPOOL_OUTAGE(1, 100, 4_000, new SpoolOutage(), Mount::missing),
    SPOOL_POWER_CUT(1, 100, 4_000, new SpoolPowerCut(), Mount::missing);

    private final int shortRounds;
    private final int campaignRounds;
    private final int longestLine;

    @SuppressWarnings("ImmutableEnumChecker") // experiments have no fields
    private final Experiment experiment;

    @SuppressWarnings("ImmutableEnumChecker") // only looks at the machine
    private final Supplier<List<String>> missing;

    Fault(int shortRounds, int campaignRounds, int longestLine, Experiment experiment) {
        this(shortRounds, campaignRounds, longestLine, experiment, List::of);
    }

    Fault(int shortRounds, int campaignRounds, int longestLine, Experiment experiment, Supplier<List<String>> missing) {
        this.shortRounds = shortRounds;
        this.campaignRounds = campaignRounds;
        this.longestLine = longestLine;
        this.experiment = experiment;
        this.missing = missing;
    }

    private static List<String> join(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** A fault by the name that it prints. */
    static Fault named(String name) {
        for (Fault fault : values()) {
            if (fault.toString().equals(name)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("no fault '" + name + "'; there are " + List.of(values()));
    }

    /** Whether it takes brokers, or the client of Kafka. */
    boolean isOfKafka() {
        return compareTo(KILL_BROKERS) >= 0;
    }

    /** Over TLS, a quarter: what does not depend on that is seen without it. */
    int shortRounds(Carrier carrier) {
        return carrier == Carrier.TLS ? (shortRounds + 3) / 4 : shortRounds;
    }

    int campaignRounds() {
        return campaignRounds;
    }

    /** What this machine lacks for it, in words. */
    List<String> missing() {
        List<String> words = new ArrayList<>(missing.get());
        words.addAll(Shell.missing("kill"));
        return words;
    }

    /** Runs it over plain sockets or TLS. */
    Report run(Effort effort, Carrier carrier) throws Exception {
        String name = carrier == Carrier.TLS ? this + "-over-tls" : toString();
        try (Lab lab = new Lab(name, effort, longestLine, carrier)) {
            Thread cleaner = new Thread(lab::close, "cleaner");
            Runtime.getRuntime().addShutdownHook(cleaner);
            boolean complete = false;
            try {
                experiment.run(lab);
                complete = true;
            } catch (IOException | IllegalStateException | UncheckedIOException failure) {
                lab.findings().problem("ended early, what is stored was not counted: " + failure);
            } finally {
                Runtime.getRuntime().removeShutdownHook(cleaner);
            }
            return lab.report(complete);
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
