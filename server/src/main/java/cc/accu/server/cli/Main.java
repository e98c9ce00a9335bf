package cc.accu.server.cli;

import cc.accu.internal.cli.Arguments;
import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.CommandSyntax;
import cc.accu.internal.cli.ExitCode;
import cc.accu.internal.cli.LogSetUp;
import cc.accu.internal.cli.StandardStream;
import cc.accu.internal.cli.UsageException;
import cc.accu.internal.cli.Version;
import cc.accu.internal.transport.QuickStart;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;

/** The server's entry point: the only place with the process's exit and logging set-up. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) throws InterruptedException {
        Signals signals = Signals.install(System.err::println);
        StandardStream.protect();
        QuickStart.begin();
        int exitCode = run(arguments, writer(System.out), writer(System.err), signals);
        // Not exit: the signal handlers have done what a shutdown hook would do, and no thread is waited for.
        Runtime.getRuntime().halt(exitCode);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    private static int run(String[] arguments, PrintWriter out, PrintWriter err, Signals signals)
            throws InterruptedException {
        try {
            return run(Arguments.asTyped(arguments), out, err, signals);
        } catch (UsageException lost) {
            err.println("server: " + lost.getMessage());
            return ExitCode.WRONG_USAGE;
        }
    }

    /** Runs until the server has stopped, and returns the exit code. */
    static int run(List<String> words, PrintWriter out, PrintWriter err, Signals signals) throws InterruptedException {
        try {
            CommandLine line = ServeCommand.SYNTAX.parse(words);
            boolean prints = line.has(CommandSyntax.HELP) || line.has(CommandSyntax.VERSION);
            Optional<String> missing = StandardStream.OUTPUT.missing("what was asked for is printed there");
            if (prints && missing.isPresent()) {
                err.println("server: " + missing.get());
                return ExitCode.FAILED;
            }
            if (line.has(CommandSyntax.HELP)) {
                out.print(ServeCommand.SYNTAX.help());
            } else if (line.has(CommandSyntax.VERSION)) {
                out.println(Version.of("accu server", Main.class));
            } else {
                LogSetUp.run(line.has(ServeCommand.VERBOSE));
                return new ServeCommand(line, err, signals).run();
            }
            return ExitCode.OK;
        } catch (UsageException wrong) {
            err.println("server: " + wrong.getMessage());
            err.println("try --help, or: java -jar server.jar tcp :3000");
            return ExitCode.WRONG_USAGE;
        } finally {
            out.flush();
            err.flush();
        }
    }
}
