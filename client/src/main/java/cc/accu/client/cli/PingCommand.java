package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.console.CommandLine;
import cc.accu.console.CommandSyntax;
import cc.accu.console.ExitCode;
import cc.accu.console.UsageException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Finds out whether somebody accepts connections. */
final class PingCommand implements Callable<Integer> {
    static final CommandSyntax SYNTAX = new CommandSyntax("""
            Usage: java -jar client.jar ping NETWORK ADDRESS [OPTION ...]

            Connects, sends nothing, and closes. Exit code 0 if that worked, 1 if not.
            NETWORK ADDRESS is tcp 127.0.0.1:3000 or unix /var/run/accu.sock.

            """, "", ConnectOptions.ALL);

    private static final Duration LONGEST_GOODBYE = Duration.ofMillis(200);

    private final CommandLine line;

    PingCommand(CommandLine line, StandardStreams none) {
        this.line = line;
    }

    @Override
    @SuppressWarnings("try") // nothing to do with it but to close it
    public Integer call() throws IOException {
        Target target = line.arguments(Target::of);
        UsageException.check(target.rest().isEmpty(), "ping sends no messages, but some were given");
        try (LineClient client = new ConnectOptions(line)
                .newBuilder()
                .closeTimeout(LONGEST_GOODBYE)
                .connect(target.endpoint())) {
            return ExitCode.OK;
        }
    }
}
