package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** Sends messages from the command line, from files or from standard input. */
final class SendCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar NETWORK ADDRESS [MESSAGE ...] [OPTION ...]
                   java -jar client.jar ping NETWORK ADDRESS    sends nothing: see ping --help
                   java -jar client.jar bench NETWORK ADDRESS   measures: see bench --help

            Sends each MESSAGE as a line; without one, each line of standard input. NETWORK
            ADDRESS is tcp 127.0.0.1:3000, unix /var/run/accu.sock, or a URL such as
            unix:///var/run/accu.sock. A message that begins with - goes after --.

            """;
    private static final String FOOT = """

            Exit codes: 0 all delivered, 1 could not connect or deliver all, 2 wrong usage.
            """;
    private static final int MOST_CONNECTIONS = 1000;
    private static final Duration GRACE = Duration.ofMillis(500);

    private final Option<List<String>> files =
            Option.list("--file FILE", "send the lines of FILE, - is standard input", SendCommand::file);
    private final Option<Long> rate =
            Option.of("--rate N", "at most N messages a second; 0 for no limit", Quantities::count, "0");
    private final Option<Integer> connections =
            Option.of("--connections N", "deal the lines out to N connections in turn", SendCommand::connections, "1");
    private final Option<Duration> writeTimeout = Option.of(
            "--write-timeout TIME",
            "give up when no byte could be written for that long; 0 for never",
            Quantities::duration,
            "0");
    private final Option<Duration> closeTimeout = Option.of(
            "--close-timeout TIME", "longest wait for the server's close at the end", Quantities::duration, "10s");
    private final AckOptions acks = new AckOptions();
    private final ConnectOptions connecting = new ConnectOptions();
    private final Command command = new Command(this, connecting.verbose())
            .text(HEAD)
            .options(List.of(files, rate, connections))
            .options(acks.all())
            .options(connecting.all())
            .options(List.of(writeTimeout, closeTimeout))
            .usualOptions()
            .text(FOOT);

    private final InputStream in;
    private final PrintWriter out;
    private final PrintWriter err;
    private final LastWords lastWords;

    SendCommand(InputStream in, Program program, LastWords lastWords) {
        this.in = in;
        this.out = program.out();
        this.err = program.err();
        this.lastWords = lastWords;
    }

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ConnectOptions.Target target = command.words(ConnectOptions.Target::of);
        check(target.rest());
        LineClient.Builder builder =
                connecting.newBuilder().writeTimeout(writeTimeout.value()).closeTimeout(closeTimeout.value());
        lastWords.become(() -> err.println(statistics(0, 0)));
        try (Input input = open(target.rest())) {
            send(input, connect(builder, target.endpoint()));
        }
        return Program.OK;
    }

    private void check(List<String> messages) throws IOException {
        for (String message : messages) {
            command.check(message.indexOf('\n') < 0, "a message is one line: it must not hold a line feed");
        }
        command.check(messages.isEmpty() || files.ifAny().isEmpty(), "give messages or --file, not both");
        command.check(acks.areWanted() || !acks.arePrinted(), "--print-acks needs --ack");
        if (acks.arePrinted()) {
            Program.requireOutput("--print-acks prints to it");
        }
    }

    private static String file(String name) {
        TypedText.path(name);
        return name;
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
        return files.ifAny().isEmpty() ? Input.of(in) : Input.ofFiles(files.value(), in);
    }

    private RoundRobin connect(LineClient.Builder builder, Endpoint endpoint) throws IOException {
        acks.applyTo(builder);
        builder.windowBytes(acks.windowBytes(connections.value()));
        try {
            return RoundRobin.connect(builder, endpoint, acks.others(), connections.value());
        } catch (IllegalArgumentException wrong) {
            throw command.wrong(wrong);
        }
    }

    private void send(Input input, RoundRobin all) throws IOException, InterruptedException {
        boolean delivered = false;
        all.maxLineBytes().ifPresent(input::giveOnlyWholeLines);
        try {
            try (AckReport report = newReport(all)) {
                lastWords.become(() -> interrupted(all, report));
                deliver(input, all);
            }
            delivered = true;
        } finally {
            lastWords.areSaid();
            if (!delivered || connecting.verbose().value()) {
                err.println(statistics(all));
            }
        }
    }

    private void deliver(Input input, RoundRobin all) throws IOException, InterruptedException {
        try (all) {
            all.sendAll(input, Pace.of((double) rate.value()));
        }
        all.throwIfRefused();
    }

    private AckReport newReport(RoundRobin all) {
        return acks.arePrinted() ? AckReport.start(all::messagesAcknowledged, out) : AckReport.none();
    }

    /** What is on its way gets a moment to arrive, so that the numbers say more. */
    private void interrupted(RoundRobin all, AckReport report) {
        all.awaitFlushed(GRACE);
        report.print();
        err.println(statistics(all));
    }

    private String statistics(RoundRobin all) {
        return statistics(all.messagesWritten(), all.messagesAcknowledged());
    }

    private String statistics(long written, long acknowledged) {
        return "sent=" + written + (acks.areWanted() ? " acked=" + acknowledged : "");
    }
}
