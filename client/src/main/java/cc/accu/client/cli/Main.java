package cc.accu.client.cli;

import cc.accu.internal.cli.Arguments;
import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.CommandSyntax;
import cc.accu.internal.cli.ExitCode;
import cc.accu.internal.cli.LogSetUp;
import cc.accu.internal.cli.StandardStream;
import cc.accu.internal.cli.UsageException;
import cc.accu.internal.cli.Version;
import cc.accu.internal.transport.QuickStart;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;

/** Starts the command: {@code client.jar [ping|bench] NETWORK ADDRESS ...}. */
public final class Main {
    private final StandardStreams streams;

    private Main(StandardStreams streams) {
        this.streams = streams;
    }

    public static void main(String[] arguments) {
        StandardStream.protect();
        QuickStart.begin();
        StandardStreams streams =
                new StandardStreams(System.in, writer(System.out), writer(System.err), LastWords.ofProcess());
        System.exit(run(arguments, streams));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    private static int run(String[] arguments, StandardStreams streams) {
        try {
            return run(Arguments.asTyped(arguments), streams);
        } catch (UsageException lost) {
            streams.err().println("client: " + lost.getMessage());
            return ExitCode.WRONG_USAGE;
        }
    }

    /** Runs one command and returns its exit code: 0 all delivered, 1 not, 2 wrong usage. */
    static int run(List<String> words, InputStream in, PrintWriter out, PrintWriter err) {
        return run(words, new StandardStreams(in, out, err, new LastWords()));
    }

    private static int run(List<String> words, StandardStreams streams) {
        Main main = new Main(streams);
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
            WrongJar.check(words);
            CommandLine line = syntax.parse(words);
            if (line.has(CommandSyntax.HELP)) {
                StandardStreams.requireOutput("--help prints to it");
                streams.out().print(syntax.help());
            } else if (line.has(CommandSyntax.VERSION)) {
                StandardStreams.requireOutput("--version prints to it");
                streams.out().println(Version.of("accu client", Main.class));
            } else {
                verbose = line.has(ConnectOptions.VERBOSE);
                LogSetUp.run(verbose);
                return command.apply(line, streams).call();
            }
            return ExitCode.OK;
        } catch (UsageException wrong) {
            streams.err().println("client: " + wrong.getMessage());
            streams.err().println("client: try --help");
            return ExitCode.WRONG_USAGE;
        } catch (OutOfMemoryError tooLittle) {
            return failed("not enough memory; give it more with java -Xmx", tooLittle, verbose);
        } catch (RuntimeException bug) {
            return failed("this should not have happened, please report it", bug, true);
        } catch (Exception failure) {
            return failed(String.valueOf(failure.getMessage()), failure, verbose);
        } finally {
            streams.lastWords().areSaid();
            streams.out().flush();
            streams.err().flush();
        }
    }

    private int failed(String message, Throwable failure, boolean withTrace) {
        streams.err().println("client: " + message);
        if (withTrace) {
            failure.printStackTrace(streams.err());
        }
        return ExitCode.FAILED;
    }
}
