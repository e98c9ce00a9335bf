package cc.accu.client.cli;

import cc.accu.console.CommandLine;
import cc.accu.console.CommandSyntax;
import cc.accu.console.ExitCode;
import cc.accu.console.UsageException;
import cc.accu.console.Version;
import cc.accu.transport.QuickStart;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;

/** Starts the command: {@code client.jar [ping|bench] NETWORK ADDRESS ...}. */
public final class Main {
    private static final String LOGGER = "org.slf4j.simpleLogger.";

    private final StandardStreams streams;

    private Main(StandardStreams streams) {
        this.streams = streams;
    }

    public static void main(String[] arguments) {
        QuickStart.begin();
        System.exit(run(List.of(arguments), System.in, writer(System.out), writer(System.err)));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    /** Runs one command and returns its exit code: 0 all delivered, 1 not, 2 wrong usage. */
    static int run(List<String> words, InputStream in, PrintWriter out, PrintWriter err) {
        Main main = new Main(new StandardStreams(in, out, err));
        List<String> others = words.subList(Math.min(1, words.size()), words.size());
        // Only in front: a message may be "ping" too.
        return switch (words.isEmpty() ? "" : words.get(0)) {
            case "ping" -> main.run(PingCommand.SYNTAX, PingCommand::new, others);
            case "bench" -> main.run(BenchCommand.SYNTAX, BenchCommand::new, others);
            default -> main.run(SendCommand.SYNTAX, SendCommand::new, words);
        };
    }

    private int run(
            CommandSyntax syntax,
            BiFunction<CommandLine, StandardStreams, Callable<Integer>> command,
            List<String> words) {
        boolean verbose = false;
        try {
            CommandLine line = syntax.parse(words);
            if (line.has(CommandSyntax.HELP)) {
                streams.out().print(syntax.help());
            } else if (line.has(CommandSyntax.VERSION)) {
                streams.out().println(Version.of("accu client", Main.class));
            } else {
                verbose = line.has(ConnectOptions.VERBOSE);
                setUpLogging(verbose);
                return command.apply(line, streams).call();
            }
            return ExitCode.OK;
        } catch (UsageException wrong) {
            streams.err().println("client: " + wrong.getMessage());
            streams.err().println("client: try --help");
            return ExitCode.WRONG_USAGE;
        } catch (Exception failure) {
            return failed(failure, verbose);
        } finally {
            streams.out().flush();
            streams.err().flush();
        }
    }

    private int failed(Exception failure, boolean verbose) {
        String message = failure.getMessage();
        streams.err().println("client: " + (message == null ? failure.toString() : message));
        if (verbose) {
            failure.printStackTrace(streams.err());
        }
        return ExitCode.FAILED;
    }

    /** Before the first logger is made: it reads these once. */
    private static void setUpLogging(boolean verbose) {
        System.setProperty(LOGGER + "defaultLogLevel", "warn");
        System.setProperty(LOGGER + "log.cc.accu", verbose ? "debug" : "warn");
        System.setProperty(LOGGER + "showThreadName", "false");
        System.setProperty(LOGGER + "showShortLogName", "true");
    }
}
