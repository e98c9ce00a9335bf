package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.CommandSyntax;
import cc.accu.internal.cli.ExitCode;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Quantities;
import cc.accu.internal.cli.TypedPath;
import cc.accu.internal.cli.UsageException;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** Sends messages from the command line, from files or from standard input. */
final class SendCommand implements Callable<Integer> {
    private static final Option FILE = Option.of("--file FILE", "send the lines of FILE, - is standard input")
            .repeatable();
    private static final Option RATE =
            Option.of("--rate N", "at most N messages a second; 0 for no limit").orElse("0");
    private static final Option CONNECTIONS = Option.of(
                    "--connections N", "deal the lines out to N connections in turn")
            .orElse("1");
    private static final Option WRITE_TIMEOUT = Option.of(
                    "--write-timeout TIME", "give up when no byte could be written for that long; 0 for never")
            .orElse("0");
    private static final Option CLOSE_TIMEOUT = Option.of(
                    "--close-timeout TIME", "longest wait for the server's close at the end")
            .orElse("10s");

    static final CommandSyntax SYNTAX = new CommandSyntax(
            """
            Usage: java -jar client.jar NETWORK ADDRESS [MESSAGE ...] [OPTION ...]
                   java -jar client.jar ping NETWORK ADDRESS    sends nothing: see ping --help
                   java -jar client.jar bench NETWORK ADDRESS   measures: see bench --help

            Sends each MESSAGE as a line; without one, each line of standard input. NETWORK
            ADDRESS is tcp 127.0.0.1:3000, unix /var/run/accu.sock, or a URL such as
            unix:///var/run/accu.sock. A message that begins with - goes after --.

            """,
            """

            Exit codes: 0 all delivered, 1 could not connect or deliver all, 2 wrong usage.
            """,
            List.of(FILE, RATE, CONNECTIONS),
            AckOptions.ALL,
            ConnectOptions.ALL,
            List.of(WRITE_TIMEOUT, CLOSE_TIMEOUT));

    private static final int MOST_CONNECTIONS = 1000;
    private static final Duration GRACE = Duration.ofMillis(500);

    private final CommandLine line;
    private final StandardStreams streams;
    private final AckOptions acks;
    private final List<String> files;

    SendCommand(CommandLine line, StandardStreams streams) {
        this.line = line;
        this.streams = streams;
        this.acks = new AckOptions(line);
        this.files = line.texts(FILE);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Target target = line.arguments(Target::of);
        for (String message : target.rest()) {
            UsageException.check(message.indexOf('\n') < 0, "a message is one line: it must not hold a line feed");
        }
        UsageException.check(target.rest().isEmpty() || files.isEmpty(), "give messages or --file, not both");
        line.values(FILE, TypedPath::of);
        UsageException.check(acks.areWanted() || !acks.arePrinted(), "--print-acks needs --ack");
        if (acks.arePrinted()) {
            StandardStreams.requireOutput("--print-acks prints to it");
        }
        int connections = line.value(CONNECTIONS, SendCommand::connections);
        long rate = line.value(RATE, Quantities::count);
        LineClient.Builder builder = new ConnectOptions(line)
                .newBuilder()
                .writeTimeout(line.value(WRITE_TIMEOUT, Quantities::duration))
                .closeTimeout(line.value(CLOSE_TIMEOUT, Quantities::duration));
        streams.lastWords().become(() -> streams.err().println(statistics(0, 0)));
        try (Input input = open(target.rest())) {
            send(input, rate, connect(builder, target.endpoint(), connections));
        }
        return ExitCode.OK;
    }

    private static int connections(String text) {
        long number = Quantities.count(text);
        if (number < 1 || number > MOST_CONNECTIONS) {
            throw new IllegalArgumentException("it is a number from 1 to " + MOST_CONNECTIONS);
        }
        return (int) number;
    }

    private Input open(List<String> messages) throws IOException {
        if (!messages.isEmpty()) {
            return Input.ofMessages(messages);
        }
        return files.isEmpty() ? Input.of(streams.in()) : Input.ofFiles(files, streams.in());
    }

    private Deal connect(LineClient.Builder builder, Endpoint endpoint, int connections) throws IOException {
        acks.applyTo(builder);
        builder.windowBytes(acks.windowBytes(connections));
        try {
            return Deal.connect(builder, endpoint, acks.others(), connections);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException("", wrong);
        }
    }

    private void send(Input input, long rate, Deal deal) throws IOException, InterruptedException {
        boolean delivered = false;
        deal.maxLineBytes().ifPresent(input::giveOnlyWholeLines);
        try {
            try (AckReport report = newReport(deal)) {
                streams.lastWords().become(() -> interrupted(deal, report));
                deliver(input, rate, deal);
            }
            delivered = true;
        } finally {
            streams.lastWords().areSaid();
            if (!delivered || line.has(ConnectOptions.VERBOSE)) {
                streams.err().println(statistics(deal));
            }
        }
    }

    private void deliver(Input input, long rate, Deal deal) throws IOException, InterruptedException {
        try (deal) {
            deal.out(input, Pace.of((double) rate));
        }
        deal.throwIfRefused();
    }

    private AckReport newReport(Deal deal) {
        return acks.arePrinted() ? AckReport.start(deal::messagesAcknowledged, streams.out()) : AckReport.none();
    }

    /** What is on its way gets a moment to arrive, so that the numbers say more. */
    private void interrupted(Deal deal, AckReport report) {
        deal.awaitFlushed(GRACE);
        report.print();
        streams.err().println(statistics(deal));
    }

    private String statistics(Deal deal) {
        return statistics(deal.messagesWritten(), deal.messagesAcknowledged());
    }

    private String statistics(long written, long acknowledged) {
        return "sent=" + written + (acks.areWanted() ? " acked=" + acknowledged : "");
    }
}
