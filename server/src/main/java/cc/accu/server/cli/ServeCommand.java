package cc.accu.server.cli;

import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.internal.transport.ReadBuffers;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.server.ServerObserver;
import cc.accu.server.internal.admin.StateReport;
import cc.accu.server.sink.KafkaSettings;
import cc.accu.server.sink.SinkException;
import cc.accu.server.sink.Sinks;
import cc.accu.server.sink.Sinks.ReaderGoneException;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.Refused;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** The server as a command. One thread. */
final class ServeCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar server.jar NETWORK ADDRESS [NETWORK ADDRESS ...] [OPTION ...]
                   java -jar server.jar check ...    looks whether the rest may start

            Receives messages, one a line, and hands them on. NETWORK ADDRESS is tcp :3000,
            unix /var/run/accu.sock, or a URL, in which options of this one listener follow:
            'tcp://:3000?max-line=64KiB&acks=off', 'unix:///var/run/accu.sock?mode=0660'.
            @FILE stands for the words in that file. Each option is also a variable, as
            ACCU_MAX_LINE, and NETWORK ADDRESS is ACCU_LISTEN. Where a limit is given for all
            listeners and in the URL of one, the stricter one holds.
            """;
    private static final String FOOT = """

            Examples:
              java -jar server.jar tcp :3000
              java -jar server.jar tcp 127.0.0.1:3000 unix /var/run/accu.sock \\
                --to 'stdout?format=raw'
            """;

    private static final String KAFKA_LOG = "org.slf4j.simpleLogger.log.org.apache.kafka";
    private static final Pattern SECRET = Pattern.compile("password|secret|jaas");

    private final Option<Boolean> verbose = Option.flag("-v, --verbose", "log connections, and stack traces of errors");
    private final Option<List<Sinks.Address>> to = Option.list(
            "--to SINK",
            "stdout, file:/PATH, kafka://HOST:PORT/TOPIC or discard; options follow as in a URL",
            Sinks::parse,
            "stdout");
    private final Option<List<Path>> kafkaConfig =
            Option.list("--kafka-config FILE", "properties of the Kafka producer, security included", TypedText::path);
    private final Option<List<Map.Entry<String, String>>> kafka =
            Option.list("--kafka KEY=VALUE", "one such property", ServeCommand::property);
    private final Option<Duration> kafkaWait = Option.of(
            "--kafka-wait TIME", "how long to wait at the start for Kafka brokers", Quantities::duration, "0");
    private final Option<Long> buffer = Option.of(
            "--buffer SIZE",
            "memory for lines that are not stored yet (default: 64MiB, or what the JVM's memory allows)",
            Quantities::bytes);
    private final Option<Duration> drainTimeout =
            Option.of("--drain-timeout TIME", "how long stopping may take", Quantities::duration, "10s");
    private final Option<OnSinkFailure> onSinkFailure = Option.choice(
            "--on-sink-failure hold|exit",
            "when a sink has failed for good: hold senders until it is repaired, or end",
            OnSinkFailure.class,
            "hold");
    private final Option<Boolean> quiet = Option.flag("-q, --quiet", "say only what goes wrong");
    private final Option<LogFormat> logFormat =
            Option.choice("--log-format text|json", "how the log is written", LogFormat.class, "text");
    private final Option<Path> config = Option.of(
            "--config FILE", "options that are neither typed nor in ACCU_... variables: NAME = VALUE", TypedText::path);
    private final Option<Boolean> printConfig =
            Option.flag("--print-config", "print all options, and where they are from, and exit");
    private final Option<OnOff> busyPoll = Option.choice(
            "--busy-poll on|off",
            "stay awake for up to 1 ms, where a line is acknowledged sooner that way",
            OnOff.class,
            "on");
    private final AdminOption admin = new AdminOption();
    private final Option<TcpOn> transport =
            Option.choice("--transport nio|native", "what TCP runs on", TcpOn.class, "nio");
    private final Listeners listeners = new Listeners();
    private final Command command = new Command(this, verbose)
            .text(HEAD)
            .options("Storing", List.of(to))
            .options(listeners.options(ListenerOption.OF_LINES))
            .rareOptions("storing under load and in trouble", List.of(buffer, onSinkFailure, busyPoll))
            .rareOptions("Kafka", List.of(kafkaConfig, kafka, kafkaWait))
            .rareOptions("limits of senders", listeners.options(ListenerOption.LIMITS))
            .rareOptions("who may send", listeners.options(ListenerOption.OF_SENDERS))
            .rareOptions("TLS", listeners.options(ListenerOption.OF_TLS))
            .rareOptions(
                    "more of running",
                    Stream.concat(admin.others().stream(), Stream.of(transport)).toList())
            .usualOptions("Running", List.of(admin.address(), config, printConfig, drainTimeout, logFormat, quiet))
            .text(FOOT);

    private final Program program;
    private final boolean checksOnly;
    private final Signals signals;
    private final PrintWriter err;
    private final AtomicReference<Throwable> sinkFailure = new AtomicReference<>();

    /** @param checksOnly whether it only looks whether what was typed may start */
    ServeCommand(Program program, Signals signals, boolean checksOnly) {
        this.program = program;
        this.checksOnly = checksOnly;
        this.signals = signals;
        this.err = program.err();
    }

    /** What TCP runs on. */
    private enum TcpOn {
        NIO,
        NATIVE
    }

    /** Whether something is done. */
    private enum OnOff {
        OFF,
        ON
    }

    /** How lines of the log look. */
    private enum LogFormat {
        TEXT,
        JSON
    }

    /** What becomes of a server that can store nothing any more. */
    private enum OnSinkFailure {
        HOLD,
        EXIT
    }

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    /** Runs until the server has stopped, and returns the exit code. */
    @Override
    public Integer call() throws InterruptedException {
        List<ListenOptions> typed = command.words(listeners::parse);
        LineServer.Builder builder = configured(typed);
        signals.hangupMeans(hasFiles(typed));
        signals.starting();
        try {
            return checksOnly ? check(builder) : start(builder);
        } catch (SinkException | ListenException | IllegalStateException cannot) {
            if (signals.isStopped()) {
                err.println("stopped" + signals.await() + " before it was ready");
                return Program.OK;
            }
            err.println("server: " + cannot.getMessage());
            if (verbose.value()) {
                cannot.printStackTrace(err);
            }
            return Program.FAILED;
        }
    }

    private int check(LineServer.Builder builder) {
        builder.check();
        to.value().forEach(Sinks.Address::check);
        err.println("this may start; no address was tried, and nothing was opened");
        return Program.OK;
    }

    private int start(LineServer.Builder builder) throws InterruptedException {
        try (Supervisor supervisor = new Supervisor(System.getenv());
                AdminOption.Admin shown = admin.start()) {
            builder.observer(stopper()).inheritedSockets(supervisor.sockets());
            shown.watch(builder);
            openSinks(builder);
            return serve(builder, shown, supervisor);
        }
    }

    private int serve(LineServer.Builder builder, AdminOption.Admin shown, Supervisor supervisor)
            throws InterruptedException {
        try (LineServer server = builder.start()) {
            shown.show(server);
            signals.started(() -> books(server) + ", " + server.books().inFlight() + " messages not stored");
            signals.onReport(() -> new StateReport(server).lines().forEach(line -> err.println("state: " + line)));
            if (!quiet.value()) {
                announce(server, shown);
            }
            supervisor.ready(server);
            signals.onHangup(() -> {
                server.reopenSinks();
                server.reloadCertificates();
            });
            String cause = signals.await();
            supervisor.stopping();
            server.close();
            int exitCode = exitCode(server);
            if (!quiet.value() || exitCode != Program.OK) {
                err.println("stopped" + cause + ": " + books(server));
            }
            return exitCode;
        }
    }

    private static String books(LineServer server) {
        Map<Refused, Long> refused = server.refused();
        String reasons = refused.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" ", " (", ")"));
        return server.books() + " refused="
                + refused.values().stream().mapToLong(Long::longValue).sum() + (refused.isEmpty() ? "" : reasons);
    }

    /** To read or reopen by name: certificates, or a file of messages, or of those that Kafka refuses. */
    private boolean hasFiles(List<ListenOptions> typed) {
        return typed.stream().anyMatch(listener -> listener.tls().isPresent())
                || to.value().stream()
                        .map(Object::toString)
                        .anyMatch(sink -> sink.startsWith("file:") || sink.startsWith("kafka:"));
    }

    /** The builder, from what was typed, without its sinks. */
    private LineServer.Builder configured(List<ListenOptions> typed) {
        command.check(!typed.isEmpty(), "missing NETWORK ADDRESS: where to listen");
        LineServer.Builder builder = LineServer.builder()
                .preferNative(transport.value() == TcpOn.NATIVE)
                .busyPoll(busyPoll.value() == OnOff.ON)
                .drainTimeout(drainTimeout.value());
        typed.forEach(builder::listen);
        listeners.tell(builder);
        buffer.giveTo(builder::bufferBytes);
        return builder;
    }

    private void openSinks(LineServer.Builder builder) {
        // It tells of an outage twice a second, with stack traces, and we tell of it as well. It has no loggers yet.
        System.getProperties().putIfAbsent(KAFKA_LOG, verbose.value() ? "info" : "off");
        KafkaSettings onKafka = kafkaSettings();
        for (Sinks.Address address : to.value()) {
            builder.sink(address.open(onKafka));
        }
    }

    private static Map.Entry<String, String> property(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            // Not the text itself: it may be a password.
            throw new IllegalArgumentException("it is KEY=VALUE, for example linger.ms=20");
        }
        return Map.entry(text.substring(0, equals), text.substring(equals + 1));
    }

    /** From what was typed: a property of its own holds before those in files. */
    private KafkaSettings kafkaSettings() {
        KafkaSettings settings = KafkaSettings.DEFAULT.waiting(kafkaWait.value());
        try {
            for (Path file : kafkaConfig.ifAny().orElse(List.of())) {
                settings = settings.withFile(file);
            }
        } catch (IllegalArgumentException wrong) {
            throw command.wrong(wrong);
        }
        for (Map.Entry<String, String> one : kafka.ifAny().orElse(List.of())) {
            if (SECRET.matcher(one.getKey()).find()) {
                err.println("note: everybody on this machine can see " + one.getKey()
                        + " on the command line; put it into a file for --kafka-config");
            }
            settings = settings.with(one.getKey(), one.getValue());
        }
        return settings;
    }

    private void announce(LineServer server, AdminOption.Admin shown) {
        err.println(program.version() + ", Java " + Runtime.version() + ", heap "
                + size(Runtime.getRuntime().maxMemory()) + ", buffers "
                + size(ReadBuffers.mostDirectBytes()) + "; --buffer "
                + size(server.limits().bufferBytes()) + ", at most "
                + server.limits().maxConnections() + " connections");
        for (Endpoint endpoint : server.endpoints()) {
            err.println("listening on " + endpoint);
            if (endpoint instanceof Endpoint.Tcp tcp && tcp.isEveryInterface() && !tcp.isTls()) {
                err.println("note: " + endpoint + " is open to every interface, without encryption");
            }
        }
        shown.endpoint().ifPresent(address -> err.println("admin on " + address));
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
                if (failure instanceof ReaderGoneException) {
                    signals.stop(" because nobody reads standard output any more");
                } else if (onSinkFailure.value() == OnSinkFailure.EXIT) {
                    signals.stop(" because the sink " + sink + " has failed");
                }
            }
        };
    }

    private int exitCode(LineServer server) {
        Throwable failure = sinkFailure.get();
        boolean readerLeft = failure instanceof ReaderGoneException;
        return !server.isDrained() || (failure != null && !readerLeft) ? Program.FAILED : Program.OK;
    }
}
