package cc.accu.client.cli;

import cc.accu.console.Quantities;
import cc.accu.transport.Endpoint;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;

/** Starts the command: {@code client.jar [ping|bench] NETWORK ADDRESS ...}. */
public final class Main {
    private static final String LOGGER = "org.slf4j.simpleLogger.";

    private Main() {}

    public static void main(String[] arguments) {
        // Loading the flight recorder's classes for Netty's events would take a fifth of a short run.
        System.getProperties().putIfAbsent("io.netty.jfr.enabled", "false");
        PrintWriter out = writer(System.out);
        PrintWriter err = writer(System.err);
        System.exit(run(arguments, System.in, out, err));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    /** Runs one command and returns its exit code: 0 all delivered, 1 not, 2 wrong usage. */
    static int run(String[] arguments, InputStream in, PrintWriter out, PrintWriter err) {
        // Not subcommands of picocli: a message may be "ping" too.
        String name = arguments.length == 0 ? "" : arguments[0];
        Callable<Integer> named = named(name, in);
        CommandLine command = new CommandLine(named);
        command.setOut(out).setErr(err);
        command.registerConverter(Duration.class, saying(Quantities::duration));
        command.registerConverter(long.class, saying(Quantities::bytes));
        command.registerConverter(Endpoint.class, saying(Endpoint::parse));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionStrategy(parsed -> {
            setUpLogging(ConnectOptions.isVerbose(parsed));
            return new RunLast().execute(parsed);
        });
        command.setParameterExceptionHandler(Main::wrongUsage);
        command.setExecutionExceptionHandler(Main::failed);
        boolean sends = named instanceof SendCommand;
        return command.execute(sends ? arguments : Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static Callable<Integer> named(String name, InputStream in) {
        return switch (name) {
            case "ping" -> new PingCommand();
            case "bench" -> new BenchCommand();
            default -> new SendCommand(in);
        };
    }

    /** Before the first logger is made: it reads these once. */
    private static void setUpLogging(boolean verbose) {
        System.setProperty(LOGGER + "defaultLogLevel", "warn");
        System.setProperty(LOGGER + "log.cc.accu", verbose ? "debug" : "warn");
        System.setProperty(LOGGER + "showThreadName", "false");
        System.setProperty(LOGGER + "showShortLogName", "true");
    }

    private static int wrongUsage(ParameterException wrong, String[] arguments) {
        PrintWriter err = wrong.getCommandLine().getErr();
        err.println("client: " + wrong.getMessage());
        err.println("client: try --help");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        String message = failure.getMessage();
        err.println("client: " + (message == null ? failure.toString() : message));
        if (ConnectOptions.isVerbose(parsed)) {
            failure.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Shows the user our message alone; of a plain exception picocli would print the class as well. */
    private static <T> ITypeConverter<T> saying(Function<String, T> parse) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        };
    }
}
