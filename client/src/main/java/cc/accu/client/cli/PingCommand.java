package cc.accu.client.cli;

import cc.accu.client.LineClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds out whether somebody accepts connections. */
@Command(
        name = "client.jar ping",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Connects, sends nothing, and closes. Exit code 0 if that worked, 1 if not.")
final class PingCommand implements Callable<Integer> {
    private static final Duration LONGEST_GOODBYE = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConnectOptions connecting = new ConnectOptions();

    @Parameters(paramLabel = "NETWORK ADDRESS", arity = "1..*", description = "tcp 127.0.0.1:3000, unix /path")
    private List<String> words = List.of();

    @Override
    @SuppressWarnings("try") // nothing to do with it but to close it
    public Integer call() throws IOException {
        Target target = Target.of(words, spec);
        if (!target.rest().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "ping sends no messages, but some were given");
        }
        try (LineClient client =
                connecting.newBuilder().closeTimeout(LONGEST_GOODBYE).connect(target.endpoint())) {
            return ExitCode.OK;
        }
    }
}
