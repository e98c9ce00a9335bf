package cc.accu.server.cli;

import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.CommandSyntax;
import cc.accu.internal.cli.ExitCode;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Quantities;
import cc.accu.internal.cli.UsageException;
import cc.accu.internal.cli.Version;
import cc.accu.internal.transport.DirectMemory;
import cc.accu.internal.transport.Reason;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.server.LineServer;
import cc.accu.server.ServerObserver;
import cc.accu.server.sink.SinkException;
import cc.accu.server.sink.Sinks;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The server as a command. */
final class ServeCommand {
    static final Option VERBOSE = Option.of("-v, --verbose", "log connections, and stack traces of errors");

    private static final Option TO = Option.of("--to SINK", "stdout, file:/PATH or discard; options follow as in a URL")
            .repeatable()
            .orElse("stdout");
    private static final Option ACKS = Option.of(
                    "--acks on|off", "whether senders that start with accu/1 are told what is stored")
            .orElse("on");
    private static final Option MAX_LINE =
            Option.of("--max-line SIZE", "longest line").orElse("1MiB");
    private static final Option LONG_LINE = Option.of("--long-line POLICY", "longer lines: split, skip or close")
            .orElse("split");
    private static final Option READ_TIMEOUT = Option.of(
                    "--read-timeout TIME", "close a connection without a byte for that long; 0 for never")
            .orElse("0");
    private static final Option LINE_TIMEOUT = Option.of(
                    "--line-timeout TIME", "close a connection whose line is not finished in that time; 0 for never")
            .orElse("0");
    private static final Option BUFFER = Option.of(
            "--buffer SIZE",
            "memory for lines that are not stored yet (default: 64MiB, or what the JVM's memory allows)");
    private static final Option MAX_CONNECTIONS = Option.of(
            "--max-connections N", "more are closed at once (default: what the limits on open files and memory allow)");
    private static final Option UNFINISHED_TIMEOUT = Option.of(
                    "--unfinished-timeout TIME",
                    "how long lines that do not end may fill the buffer, before the one that was silent longest is"
                            + " ended; 0 for ever")
            .orElse("10s");
    private static final Option DRAIN_TIMEOUT =
            Option.of("--drain-timeout TIME", "how long stopping may take").orElse("10s");
    private static final Option TRANSPORT =
            Option.of("--transport nio|native", "what TCP runs on").orElse("nio");

    static final CommandSyntax SYNTAX = new CommandSyntax(
            """
            Usage: java -jar server.jar NETWORK ADDRESS [NETWORK ADDRESS ...] [OPTION ...]

            Receives messages, one a line, and hands them on. NETWORK ADDRESS is tcp :3000,
            unix /var/run/accu.sock, or unix:///var/run/accu.sock?mode=0660.

            """,
            """

            Examples:
              java -jar server.jar tcp :3000
              java -jar server.jar tcp 127.0.0.1:3000 unix /var/run/accu.sock \\
                --to 'stdout?format=raw'
            """,
            List.of(TO, ACKS, MAX_LINE, LONG_LINE, READ_TIMEOUT, LINE_TIMEOUT, BUFFER),
            List.of(UNFINISHED_TIMEOUT, MAX_CONNECTIONS, DRAIN_TIMEOUT, TRANSPORT, VERBOSE));

    private final CommandLine line;
    private final PrintWriter err;
    private final Signals signals;
    private final AtomicReference<Throwable> sinkFailure = new AtomicReference<>();

    ServeCommand(CommandLine line, PrintWriter err, Signals signals) {
        this.line = line;
        this.err = err;
        this.signals = signals;
    }

    /** Whether there are acknowledgements. */
    private enum Acks {
        ON,
        OFF
    }

    /** What TCP runs on. */
    private enum TcpOn {
        NIO,
        NATIVE
    }

    /** Runs until the server has stopped, and returns the exit code. */
    int run() throws InterruptedException {
        signals.hangupMeans(hasFiles());
        signals.starting();
        try {
            return serve(configured().observer(stopper()));
        } catch (SinkException | ListenException | IllegalStateException cannot) {
            if (signals.isStopped()) {
                err.println("stopped" + signals.await() + " before it was ready");
                return ExitCode.OK;
            }
            err.println("server: " + cannot.getMessage());
            if (line.has(VERBOSE)) {
                cannot.printStackTrace(err);
            }
            return ExitCode.FAILED;
        }
    }

    private int serve(LineServer.Builder builder) throws InterruptedException {
        try (LineServer server = builder.start()) {
            signals.started(() -> books(server) + ", " + server.books().inFlight() + " messages not stored");
            announce(server);
            signals.onHangup(server::reopenSinks);
            String cause = signals.await();
            server.close();
            err.println("stopped" + cause + ": " + books(server));
            return exitCode(server);
        }
    }

    private static String books(LineServer server) {
        return server.books() + " refused=" + server.refusedConnections();
    }

    private boolean hasFiles() {
        for (String sink : line.texts(TO)) {
            if (sink.startsWith("file:")) {
                return true;
            }
        }
        return false;
    }

    /** The builder, from what was typed; opens the sinks last, when nothing can be wrong any more. */
    private LineServer.Builder configured() {
        LineServer.Builder builder = LineServer.builder();
        for (Endpoint endpoint : line.arguments(Listeners::parse)) {
            builder.listen(endpoint);
        }
        if (line.arguments().isEmpty()) {
            throw new UsageException("missing NETWORK ADDRESS: where to listen");
        }
        builder.framing(framing())
                .acknowledging(line.choice(ACKS, Acks.values()) == Acks.ON)
                .preferNative(line.choice(TRANSPORT, TcpOn.values()) == TcpOn.NATIVE)
                .unfinishedTimeout(line.value(UNFINISHED_TIMEOUT, Quantities::duration))
                .drainTimeout(line.value(DRAIN_TIMEOUT, Quantities::duration));
        if (line.has(BUFFER)) {
            line.value(BUFFER, size -> builder.bufferBytes(Quantities.bytes(size)));
        }
        if (line.has(MAX_CONNECTIONS)) {
            line.value(MAX_CONNECTIONS, number -> builder.maxConnections(Quantities.asInt(Quantities.count(number))));
        }
        for (Sinks.Address address : line.values(TO, Sinks::parse)) {
            builder.sink(address.open());
        }
        return builder;
    }

    private LineFraming framing() {
        return line.value(
                        MAX_LINE,
                        size -> LineFraming.ofMaxLine(Quantities.bytesAtMost(size, LineFraming.MOST_LINE_BYTES)))
                .withLongLine(line.choice(LONG_LINE, LongLine.values()))
                .withReadTimeout(line.value(READ_TIMEOUT, Quantities::duration))
                .withLineTimeout(line.value(LINE_TIMEOUT, Quantities::duration));
    }

    private void announce(LineServer server) {
        err.println(Version.of("accu server", Main.class) + ", Java " + Runtime.version() + ", heap "
                + size(Runtime.getRuntime().maxMemory()) + ", buffers "
                + size(DirectMemory.mostBytes()) + "; --buffer "
                + size(server.limits().bufferBytes()) + ", at most "
                + server.limits().maxConnections() + " connections");
        for (Endpoint endpoint : server.endpoints()) {
            err.println("listening on " + endpoint);
            if (endpoint instanceof Endpoint.Tcp tcp && tcp.isEveryInterface()) {
                err.println("note: " + endpoint + " is open to every interface, without encryption");
            }
        }
        err.println("ready");
        err.flush();
    }

    private static String size(long bytes) {
        return bytes < 1 << 20 ? bytes + " bytes" : (bytes >> 20) + " MiB";
    }

    /** Ends the server when nobody reads standard output any more; any other failed sink holds its senders. */
    private ServerObserver stopper() {
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

    private int exitCode(LineServer server) {
        Throwable failure = sinkFailure.get();
        boolean readerLeft = failure != null && Reason.of(failure) == Reason.BROKEN_PIPE;
        return !server.isDrained() || (failure != null && !readerLeft) ? ExitCode.FAILED : ExitCode.OK;
    }
}
