package cc.accu.internal.cli;

import cc.accu.internal.process.StandardStream;
import cc.accu.internal.text.Printable;
import cc.accu.internal.transport.Reason;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.PicocliException;

/**
 * Runs a command line: says what is wrong in one line, helps, or does what is asked. One thread.
 *
 * @param name of the program, which begins what it says of itself
 * @param hint what to do after wrong usage
 * @param err gets single lines, in which nothing drives a terminal or begins another line
 * @param main is in the jar whose manifest has the version
 * @param colours whether its help has some
 */
public record Program(String name, String hint, Class<?> main, PrintWriter out, PrintWriter err, Ansi colours) {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int WRONG_USAGE = 2;

    public Program {
        err = new OneLineEach(err, name + ": ");
    }

    /** One that prints without colours. */
    public Program(String name, String hint, Class<?> main, PrintWriter out, PrintWriter err) {
        this(name, hint, main, out, err, Ansi.OFF);
    }

    /** Prints each text as one line, whoever wrote what is in it: a server, a certificate, the name of a file. */
    private static final class OneLineEach extends PrintWriter {
        private final String problem;

        /** @param problem how a line begins that says why the program fails */
        OneLineEach(PrintWriter writer, String problem) {
            super(writer, true);
            this.problem = problem;
        }

        @Override
        public void println(@Nullable String text) {
            String line = String.valueOf(text);
            super.println(
                    JsonLog.isOn()
                            ? JsonLog.object(line.startsWith(problem) ? "ERROR" : "INFO", line)
                            : Printable.line(line));
        }

        /** A line of a stack trace. */
        @Override
        public void println(@Nullable Object traced) {
            println(String.valueOf(traced));
        }
    }

    /** This process as a program, on its standard streams. */
    public static Program ofProcess(String name, String hint, Class<?> main) {
        StandardStream.protect();
        Ansi colours = mayColour(System.getenv()) && StandardStream.OUTPUT.isTerminal() ? Ansi.ON : Ansi.OFF;
        return new Program(name, hint, main, writer(StandardStream.OUTPUT.writer()), writer(System.err), colours);
    }

    /** See no-color.org. */
    private static boolean mayColour(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    /** Its name, and the version that the manifest of its jar names. */
    public String version() {
        String version = main.getPackage().getImplementationVersion();
        return "accu " + name + " " + (version == null ? "(not from a jar)" : version + commit());
    }

    /** As in {@code  (commit 0123456789)}; empty where it is not in a jar. */
    private String commit() {
        try (JarFile jar = new JarFile(new File(
                main.getProtectionDomain().getCodeSource().getLocation().toURI()))) {
            String commit = jar.getManifest().getMainAttributes().getValue("Implementation-Commit");
            return commit == null ? "" : " (commit " + commit + ")";
        } catch (IOException | URISyntaxException | IllegalArgumentException notToBeFound) {
            return "";
        }
    }

    /**
     * Runs {@code command}, which is the process's, with the words as they were typed, if the system has them; returns the
     * exit code.
     */
    public int run(String[] arguments, ToIntFunction<List<String>> command) {
        QuickStart.begin(arguments);
        List<String> words;
        try {
            words = Arguments.asTyped(arguments);
        } catch (IllegalArgumentException lost) {
            err.println(name + ": " + lost.getMessage());
            return WRONG_USAGE;
        }
        return command.applyAsInt(words);
    }

    /**
     * Runs the command that was typed.
     *
     * @param argumentFiles whether {@code @FILE} stands for the words in that file
     * @return the exit code
     */
    public int run(CommandSpec root, List<String> words, boolean argumentFiles) {
        return run(root, words, argumentFiles, Variables.NONE);
    }

    /** The same, with options that are not typed from the environment, or from a file. */
    public int run(CommandSpec root, List<String> words, boolean argumentFiles, Variables variables) {
        CommandLine line =
                new CommandLine(root).setExpandAtFiles(argumentFiles).setAllowOptionsAsOptionParameters(false);
        Optional<Settings> settings = Optional.empty();
        try {
            ParseResult typed = parsed(line, words);
            settings = Optional.of(new Settings(typed, variables));
            List<String> more = settings.get().words(argumentFiles);
            if (!more.isEmpty()) {
                List<String> all = new ArrayList<>(words);
                all.addAll(root.subcommands().isEmpty() ? 0 : 1, more);
                typed = parsed(line, all);
            }
            settings.get().unknownVariables().forEach(unknown -> err.println("note: " + unknown));
            Command command = (Command) typed.commandSpec().userObject();
            return command.printsSettings()
                    ? print(String.join("\n", settings.get().print()) + "\n")
                    : run(command);
        } catch (ParameterException wrong) {
            Optional<String> origin = settings.flatMap(all -> all.origin(wrong.getArgSpec()));
            return wrongUsage(UsageProblem.of(wrong, words)
                    + origin.map(place -> " (" + place + ")").orElse(""));
        } catch (PicocliException | IllegalArgumentException unreadable) {
            return wrongUsage(String.valueOf(unreadable.getMessage()));
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static ParseResult parsed(CommandLine line, List<String> words) {
        ParseResult typed = line.parseArgs(words.toArray(String[]::new));
        while (typed.hasSubcommand()) {
            typed = typed.subcommand();
        }
        return typed;
    }

    /** Prints a text on standard output; returns the exit code. */
    public int print(String text) {
        out.print(text);
        try {
            checkOutput();
            return OK;
        } catch (NobodyReads enough) {
            return OK;
        } catch (IOException lost) {
            return failed(String.valueOf(lost.getMessage()), lost, false);
        }
    }

    /**
     * Throws if something that was printed could not be written. What is thrown where nobody reads it any more ends the
     * program quietly: whoever wanted it has enough.
     */
    public void checkOutput() throws IOException {
        if (!out.checkError()) {
            return;
        }
        IOException why = StandardStream.OUTPUT.failure().orElseGet(() -> new IOException("it is closed"));
        throw Reason.of(why) == Reason.BROKEN_PIPE
                ? new NobodyReads(why)
                : new IOException("cannot write to standard output: " + Reason.describe(why), why);
    }

    /** As behind {@code | head -1}. */
    private static final class NobodyReads extends IOException {
        private static final long serialVersionUID = 1;

        NobodyReads(IOException cause) {
            super("nobody reads standard output any more", cause);
        }
    }

    /** Says what is wrong with what was typed; returns the exit code. */
    public int wrongUsage(String problem) {
        err.println(name + ": " + problem);
        err.println(hint);
        return WRONG_USAGE;
    }

    private int run(Command command) {
        boolean verbose = command.isVerbose();
        int code = OK;
        try {
            if (command.asksForHelp()) {
                requireOutput("--help prints to it");
                out.print(command.helpText(colours));
            } else if (command.asksForVersion()) {
                requireOutput("--version prints to it");
                out.println(version());
            } else {
                if (command.logsJson()) {
                    JsonLog.turnOn();
                }
                QuickStart.await(verbose);
                code = command.run();
            }
            checkOutput();
            return code;
        } catch (ParameterException wrong) {
            throw wrong;
        } catch (NobodyReads enough) {
            return code;
        } catch (OutOfMemoryError tooLittle) {
            return failed("not enough memory; give it more with java -Xmx", tooLittle, verbose);
        } catch (RuntimeException bug) {
            return failed("this should not have happened, please report it", bug, true);
        } catch (Exception failure) {
            return failed(String.valueOf(failure.getMessage()), failure, verbose);
        }
    }

    /** Throws if what is printed on standard output would get lost, with {@code need} in the message. */
    public static void requireOutput(String need) throws IOException {
        Optional<String> missing = StandardStream.OUTPUT.missing(need);
        if (missing.isPresent()) {
            throw new IOException(missing.get());
        }
    }

    private int failed(String message, Throwable failure, boolean withTrace) {
        err.println(name + ": " + message);
        if (withTrace) {
            failure.printStackTrace(err);
        }
        return FAILED;
    }
}
