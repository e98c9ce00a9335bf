package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.client.cli.ClientMain.LastWords;
import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.transport.Endpoint;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import picocli.CommandLine.Model.CommandSpec;

/** Sends messages from the command line, from files or from standard input. */
final class SendCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar NETWORK ADDRESS [MESSAGE ...] [OPTION ...]
                   java -jar client.jar ping NETWORK ADDRESS    sends nothing: see ping --help
                   java -jar client.jar bench NETWORK ADDRESS   measures: see bench --help
                   java -jar client.jar tail ADMIN              shows messages as they come: see tail --help
                   java -jar client.jar top ADMIN               shows connections and sinks: see top --help
                   java -jar client.jar certs DIRECTORY         makes certificates to try: see certs --help

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
    private final Option<Boolean> ack =
            Option.flag("--ack", "have each line acknowledged, and send again what is not; needs an accu server");
    private final Option<List<Endpoint>> or = Option.list(
            "--or ENDPOINT",
            "where to go when that fails, for example 'tcp 127.0.0.1:3001' or unix:///path",
            Endpoint::parse);
    private final Option<Duration> ackTimeout = Option.of(
            "--ack-timeout TIME",
            "connect anew when no ack came for that long; 0 for never",
            Quantities::duration,
            "30s");
    private final Option<Duration> retryTimeout = Option.of(
            "--retry-timeout TIME",
            "with --ack, give up after so long without progress; 0 for never",
            Quantities::duration,
            "60s");
    private final Option<Long> window = Option.of(
            "--window SIZE", "how much may be on its way (default: 4MiB, 16MiB with --ack)", Quantities::bytes);
    private final Option<Boolean> printAcks =
            Option.flag("--print-acks", "with --ack, print acked=N on standard output whenever N has grown");
    private final ConnectOptions connecting = new ConnectOptions();
    private final Command command = new Command(this, connecting.verbose())
            .text(HEAD)
            .options("Sending", List.of(files, ack, or))
            .rareOptions("speed and progress", List.of(rate, connections, window, printAcks))
            .rareOptions(
                    "how long it waits",
                    List.of(connecting.timeout(), ackTimeout, retryTimeout, writeTimeout, closeTimeout))
            .rareOptions("TLS and the transport", connecting.carrier())
            .usualOptions("About this command", List.of())
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
        try (LineSource input = open(target.rest())) {
            send(input, connect(builder, target.endpoint()));
        }
        return Program.OK;
    }

    private void check(List<String> messages) throws IOException {
        for (String message : messages) {
            command.check(message.indexOf('\n') < 0, "a message is one line: it must not hold a line feed");
        }
        command.check(messages.isEmpty() || files.ifAny().isEmpty(), "give messages or --file, not both");
        command.check(ack.value() || !printAcks.value(), "--print-acks needs --ack");
        if (printAcks.value()) {
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

    private LineSource open(List<String> messages) throws IOException {
        if (!messages.isEmpty()) {
            return LineSource.ofMessages(messages);
        }
        return files.ifAny().isEmpty() ? LineSource.ofStandardInput(in) : LineSource.ofFiles(files.value(), in);
    }

    private RoundRobin connect(LineClient.Builder builder, Endpoint endpoint) throws IOException {
        builder.ackTimeout(ackTimeout.value()).retryTimeout(retryTimeout.value());
        if (ack.value()) {
            builder.acknowledged();
        }
        builder.windowBytes(windowBytes());
        try {
            return RoundRobin.connect(builder, endpoint, or.ifAny().orElse(List.of()), connections.value());
        } catch (IllegalArgumentException wrong) {
            throw command.wrong(wrong);
        }
    }

    /** For each connection: all of them together must not take more than this process may have. */
    private long windowBytes() throws IOException {
        int number = connections.value();
        long usual = ack.value() ? LineClient.Builder.ACKED_WINDOW_BYTES : LineClient.Builder.WINDOW_BYTES;
        long each = window.ifAny().orElseGet(() -> MemoryNeed.windowBytes(number, usual));
        MemoryNeed need = MemoryNeed.ofConnections(number, ack.value(), each);
        if (number == 1) {
            need.check("a --window of " + each + " bytes", "use a smaller one");
        } else {
            need.check(number + " connections", "use fewer --connections, or a smaller --window");
        }
        return each;
    }

    private void send(LineSource input, RoundRobin all) throws IOException, InterruptedException {
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

    private void deliver(LineSource input, RoundRobin all) throws IOException, InterruptedException {
        try (all) {
            all.sendAll(input, rate.value());
        }
        all.throwIfRefused();
    }

    private AckReport newReport(RoundRobin all) {
        return printAcks.value() ? AckReport.start(all::messagesAcknowledged, out) : AckReport.none();
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
        return "sent=" + written + (ack.value() ? " acked=" + acknowledged : "");
    }

    /** Prints how many lines are acknowledged, soon after there are more. A thread of its own, so that it holds up nobody. */
    private static final class AckReport implements AutoCloseable {
        private static final long EVERY_MILLIS = 5;

        private final LongSupplier acknowledged;
        private final PrintWriter out;
        private final Thread thread = new Thread(this::run, "accu-client-report");

        @GuardedBy("this")
        private long printed;

        private AckReport(LongSupplier acknowledged, PrintWriter out) {
            this.acknowledged = acknowledged;
            this.out = out;
        }

        static AckReport start(LongSupplier acknowledged, PrintWriter out) {
            AckReport report = new AckReport(acknowledged, out);
            report.thread.setDaemon(true);
            report.thread.start();
            return report;
        }

        /** Prints nothing. */
        static AckReport none() {
            return new AckReport(() -> 0, new PrintWriter(Writer.nullWriter()));
        }

        private void run() {
            try {
                while (true) {
                    print();
                    Thread.sleep(EVERY_MILLIS);
                }
            } catch (InterruptedException closed) {
                print();
            }
        }

        /** Prints the number, if it has grown. Any thread. */
        synchronized void print() {
            long now = acknowledged.getAsLong();
            if (now > printed) {
                out.println("acked=" + now);
                out.flush();
                printed = now;
            }
        }

        /** Prints the last number. */
        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }
}
