package cc.accu.client.cli;

import cc.accu.client.LineClient;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends messages from the command line, from files or from standard input. */
@Command(
        name = "client.jar",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Sends each MESSAGE as a line; without one, each line of standard input.",
        footer = {
            "",
            "client.jar ping NETWORK ADDRESS  only tries to connect.",
            "client.jar bench NETWORK ADDRESS  measures a server; see client.jar bench --help.",
            "Exit codes: 0 all delivered, 1 could not connect or deliver all, 2 wrong usage."
        })
final class SendCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "NETWORK ADDRESS [MESSAGE]",
            arity = "1..*",
            description = "tcp 127.0.0.1:3000, unix /var/run/accu.sock, or a URL such as unix:///var/run/accu.sock")
    private List<String> words = List.of();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "send the lines of FILE, - is standard input; repeatable")
    private List<String> files = List.of();

    @Option(names = "--rate", paramLabel = "N", description = "at most N messages a second")
    private double rate;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1",
            description = "deal the lines out to N connections in turn")
    private int connections;

    @Mixin
    private AckOptions acks = new AckOptions();

    @Mixin
    private ConnectOptions connecting = new ConnectOptions();

    @Option(
            names = "--write-timeout",
            paramLabel = "DURATION",
            defaultValue = "0",
            description = "give up when no byte could be written for that long; 0 for never (default)")
    private Duration writeTimeout = Duration.ZERO;

    @Option(
            names = "--close-timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "longest wait for the server's close at the end (default: ${DEFAULT-VALUE})")
    private Duration closeTimeout = Duration.ZERO;

    private final InputStream standardInput;

    SendCommand(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Target target = Target.of(words, spec);
        target.rest()
                .forEach(message ->
                        check(message.indexOf('\n') < 0, "a message is one line: it must not hold a line feed"));
        check(target.rest().isEmpty() || files.isEmpty(), "give messages or --file, not both");
        check(connections >= 1 && connections <= 1000, "--connections is a number from 1 to 1000");
        check(rate >= 0, "--rate is a number of messages a second, for example 100");
        check(acks.wanted || !acks.printed, "--print-acks needs --ack");
        LineClient.Builder builder =
                connecting.newBuilder().writeTimeout(writeTimeout).closeTimeout(closeTimeout);
        try (Input input = open(target.rest())) {
            send(input, connect(builder, target));
        }
        return ExitCode.OK;
    }

    private void check(boolean right, String rule) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }

    private Input open(List<String> messages) throws IOException {
        if (!messages.isEmpty()) {
            return Input.ofMessages(messages);
        }
        return files.isEmpty() ? Input.of(standardInput) : Input.ofFiles(files, standardInput);
    }

    private Deal connect(LineClient.Builder builder, Target target) throws IOException {
        try {
            acks.applyTo(builder);
            return Deal.connect(builder, target.endpoint(), acks.others, connections);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
    }

    private void send(Input input, Deal deal) throws IOException, InterruptedException {
        boolean delivered = false;
        try {
            try (AckReport report = newReport(deal)) {
                deliver(input, deal);
            }
            delivered = true;
        } finally {
            if (!delivered || connecting.verbose) {
                spec.commandLine().getErr().println(statistics(deal));
            }
        }
    }

    private void deliver(Input input, Deal deal) throws IOException, InterruptedException {
        try (deal) {
            deal.out(input, Pace.of(rate));
        }
    }

    private AckReport newReport(Deal deal) {
        return acks.printed
                ? AckReport.start(deal::messagesAcknowledged, spec.commandLine().getOut())
                : AckReport.none();
    }

    private String statistics(Deal deal) {
        String sent = "sent=" + deal.messagesWritten();
        return acks.wanted ? sent + " acked=" + deal.messagesAcknowledged() : sent;
    }
}
