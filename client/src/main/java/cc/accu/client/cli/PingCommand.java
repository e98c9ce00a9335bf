package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** Finds out whether a server would take a line now, or at least accepts connections. */
final class PingCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar ping NETWORK ADDRESS [OPTION ...]

            Connects, says accu/1 and no line, and closes. Exit code 0 if a line sent now
            would be taken, 1 if not: nobody answers, the server is full, a sink has failed or
            its disk has no room. NETWORK ADDRESS is tcp 127.0.0.1:3000 or unix /path.

            """;
    private static final Duration LONGEST_GOODBYE = Duration.ofMillis(200);

    private final Option<Boolean> plain =
            Option.flag("--plain", "only connect, and say nothing: for servers other than accu, and without acks");
    private final ConnectOptions connecting = new ConnectOptions();
    private final Command command = new Command(this, connecting.verbose())
            .text(HEAD)
            .options(List.of(plain))
            .options(connecting.all())
            .usualOptions();

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws IOException {
        ConnectOptions.Target target = command.words(ConnectOptions.Target::of);
        command.check(target.rest().isEmpty(), "ping sends no messages, but some were given");
        LineClient.Builder builder = connecting.newBuilder();
        if (plain.value()) {
            connect(builder, target.endpoint());
        } else {
            ask(builder, target.endpoint());
        }
        return Program.OK;
    }

    @SuppressWarnings("try") // nothing to do with it but to close it
    private static void connect(LineClient.Builder builder, Endpoint endpoint) throws IOException {
        try (LineClient client = builder.closeTimeout(LONGEST_GOODBYE).connect(endpoint)) {
            return;
        }
    }

    private static void ask(LineClient.Builder builder, Endpoint endpoint) throws IOException {
        try {
            builder.ping(endpoint);
        } catch (IOException failure) {
            String why = String.valueOf(failure.getMessage());
            boolean isForOthers = why.contains("accu servers with acks");
            throw isForOthers ? new IOException(why + ", use ping --plain for others", failure) : failure;
        }
    }
}
