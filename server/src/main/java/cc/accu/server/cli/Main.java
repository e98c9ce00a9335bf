package cc.accu.server.cli;

import cc.accu.internal.cli.Program;
import cc.accu.internal.cli.Reference;
import cc.accu.internal.cli.Variables;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The server's entry point: the only place with the process's exit and logging set-up. */
public final class Main {
    private static final String NAME = "server";
    private static final String CHECK = "check";
    private static final String HINT = "try --help, or: java -jar server.jar tcp :3000";

    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        Signals signals = Signals.install(System.err::println);
        Program program = Program.ofProcess(NAME, HINT, Main.class);
        Variables variables = new Variables("ACCU_", System.getenv());
        int exitCode = program.run(arguments, words -> run(words, program, signals, variables));
        // Not exit: the signal handlers have done what a shutdown hook would do, and no thread is waited for.
        Runtime.getRuntime().halt(exitCode);
    }

    /** Runs until the server has stopped, and returns the exit code. */
    static int run(List<String> words, PrintWriter out, PrintWriter err, Signals signals) {
        return run(words, new Program(NAME, HINT, Main.class, out, err), signals, Variables.NONE);
    }

    private static int run(List<String> words, Program program, Signals signals, Variables variables) {
        if (Reference.isAskedFor(words)) {
            Reference reference = new Reference("accu-server", new ServeCommand(program, signals, true).spec());
            return program.print(reference.of(words, "receives messages, one a line, and hands them on", 8));
        }
        if (words.size() > 1
                && words.get(words.size() - 1).equals(CHECK)
                && !words.get(0).equals(CHECK)) {
            return program.wrongUsage("'check' goes first: java -jar server.jar check ...");
        }
        boolean checksOnly = !words.isEmpty() && words.get(0).equals(CHECK);
        List<String> options = checksOnly ? words.subList(1, words.size()) : words;
        return program.run(
                new ServeCommand(program, signals, checksOnly).spec(), withNamesOfSockets(options), true, variables);
    }

    /** The name of an abstract socket begins as a file of arguments does; two signs stand for one that is meant. */
    private static List<String> withNamesOfSockets(List<String> words) {
        List<String> escaped = new ArrayList<>(words);
        for (int at = 1; at < words.size(); at++) {
            if (words.get(at - 1).equals("unix") && words.get(at).startsWith("@")) {
                escaped.set(at, "@" + words.get(at));
            }
        }
        return escaped;
    }
}
