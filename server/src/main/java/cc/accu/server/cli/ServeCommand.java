package cc.accu.server.cli;

import cc.accu.console.Quantities;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.server.Books;
import cc.accu.server.LineServer;
import cc.accu.server.ServerObserver;
import cc.accu.server.sink.Sinks;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.Reason;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The server as a command. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Receives messages, one a line, and hands them on.",
        footer = {
            "",
            "Examples:",
            "  java -jar server.jar tcp :3000",
            "  java -jar server.jar tcp 127.0.0.1:3000 unix /var/run/accu.sock --to 'stdout?format=raw'"
        })
final class ServeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "NETWORK ADDRESS",
            arity = "1..*",
            description = "tcp :3000, unix /var/run/accu.sock, or unix:///var/run/accu.sock?mode=0660; repeatable")
    private List<String> listeners = List.of();

    @Option(
            names = "--to",
            paramLabel = "SINK",
            defaultValue = "stdout",
            description = "stdout, file:/PATH or discard; options follow as in a URL; repeatable (default: stdout)")
    private List<String> sinks = List.of();

    @Option(
            names = "--acks",
            paramLabel = "on|off",
            defaultValue = "on",
            description = "whether senders that start with accu/1 are told what is stored (default: on)")
    private Acks acks = Acks.ON;

    @Option(
            names = "--max-line",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            description = "longest line (default: 1MiB)")
    private String maxLine = "";

    @Option(
            names = "--long-line",
            paramLabel = "POLICY",
            defaultValue = "split",
            description = "longer lines: split, skip or close (default: split)")
    private LongLine longLine = LongLine.SPLIT;

    @Option(
            names = "--read-timeout",
            paramLabel = "TIME",
            defaultValue = "0",
            description = "close a connection without a byte for that long (default: 0, never)")
    private String readTimeout = "";

    @Option(
            names = "--line-timeout",
            paramLabel = "TIME",
            defaultValue = "0",
            description = "close a connection whose line is not finished in that time (default: 0, never)")
    private String lineTimeout = "";

    @Option(
            names = "--buffer",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            description = "memory for lines that are not stored yet (default: 64MiB)")
    private String buffer = "";

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "more are closed at once (default: what the limit on open files allows)")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "how long stopping may take (default: 10s)")
    private String drainTimeout = "";

    @Option(
            names = "--transport",
            paramLabel = "nio|native",
            defaultValue = "nio",
            description = "what TCP runs on (default: nio)")
    private TcpOn transport = TcpOn.NIO;

    @Option(
            names = {"-v", "--verbose"},
            description = "log connections, and stack traces of errors")
    private boolean verbose;

    @Spec
    private @Nullable CommandSpec spec;

    private final AtomicReference<Throwable> sinkFailure = new AtomicReference<>();

    /** Whether there are acknowledgements. */
    enum Acks {
        ON,
        OFF
    }

    /** What TCP runs on. */
    enum TcpOn {
        NIO,
        NATIVE
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec().commandLine().getErr();
        LineServer.Builder builder = configured();
        Signals signals = Signals.install();
        try (LineServer server = builder.observer(stopper(signals)).start()) {
            announce(server, err);
            if (sinks.stream().anyMatch(sink -> sink.startsWith("file:"))) {
                signals.onHangup(server::reopenSinks);
            }
            String cause = signals.await();
            server.close();
            Books books = server.books();
            err.println("stopped" + cause + ": " + books);
            return exitCode(books);
        } catch (ListenException cannot) {
            err.println("server: " + cannot.getMessage());
            if (verbose) {
                cannot.printStackTrace(err);
            }
            return ExitCode.SOFTWARE;
        }
    }

    /** The builder, from what was typed; opens the sink last, when nothing can be wrong any more. */
    private LineServer.Builder configured() {
        LineServer.Builder builder = LineServer.builder();
        for (Endpoint endpoint : parsed("", listeners, Endpoint::parseAll)) {
            builder.listen(endpoint);
        }
        long maxLineBytes = parsed("--max-line: ", maxLine, Quantities::bytes);
        LineFraming framing = parsed(
                        "", maxLineBytes, bytes -> LineFraming.ofMaxLine((int) Math.min(bytes, Integer.MAX_VALUE)))
                .withLongLine(longLine)
                .withReadTimeout(parsed("--read-timeout: ", readTimeout, Quantities::duration))
                .withLineTimeout(parsed("--line-timeout: ", lineTimeout, Quantities::duration));
        builder.framing(framing)
                .preferNative(transport == TcpOn.NATIVE)
                .drainTimeout(parsed("--drain-timeout: ", drainTimeout, Quantities::duration));
        parsed("--buffer: ", parsed("--buffer: ", buffer, Quantities::bytes), builder::bufferBytes);
        if (maxConnections != null) {
            parsed("--max-connections: ", maxConnections, builder::maxConnections);
        }
        builder.acknowledging(acks == Acks.ON);
        List<Sinks.Address> addresses =
                sinks.stream().map(sink -> parsed("--to: ", sink, Sinks::parse)).toList();
        for (Sinks.Address address : addresses) {
            builder.sink(address.open());
        }
        return builder;
    }

    private <T, R> R parsed(String option, T typed, Function<T, R> parse) {
        try {
            return parse.apply(typed);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec().commandLine(), option + wrong.getMessage(), wrong);
        }
    }

    private void announce(LineServer server, PrintWriter err) {
        for (Endpoint endpoint : server.endpoints()) {
            err.println("listening on " + endpoint);
            if (endpoint instanceof Endpoint.Tcp tcp && tcp.isEveryInterface()) {
                err.println("note: " + endpoint + " is open to every interface, without encryption");
            }
        }
        err.println("ready");
        err.flush();
    }

    /** Ends the server when nobody reads standard output any more; any other failed sink holds its senders. */
    private ServerObserver stopper(Signals signals) {
        return new ServerObserver() {
            @Override
            public void sinkFailed(String sink, Throwable failure) {
                sinkFailure.set(failure);
                if (Reason.of(failure) == Reason.BROKEN_PIPE) {
                    signals.stop(" because nobody reads standard output any more");
                }
            }
        };
    }

    private int exitCode(Books books) {
        Throwable failure = sinkFailure.get();
        boolean readerLeft = failure != null && Reason.of(failure) == Reason.BROKEN_PIPE;
        return books.inFlight() > 0 || (failure != null && !readerLeft) ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }
}
