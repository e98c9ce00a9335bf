package cc.accu.server.cli;

import java.util.List;
import picocli.CommandLine;

/** The server's entry point: the only place with the process's exit and logging set-up. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        setUpLogging(List.of(arguments));
        int exitCode = commandLine().execute(arguments);
        // Not exit: the signal handlers have done what a shutdown hook would do, and no thread is waited for.
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    static CommandLine commandLine() {
        return new CommandLine(new ServeCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, arguments) -> {
                    CommandLine command = wrong.getCommandLine();
                    command.getErr().println("server: " + wrong.getMessage());
                    command.getErr().println("try --help, or: java -jar server.jar tcp :3000");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                });
    }

    /** Messages go to standard output; the log, which is for what is rare, to standard error. */
    private static void setUpLogging(List<String> arguments) {
        boolean verbose = arguments.contains("-v") || arguments.contains("--verbose");
        System.setProperty("org.slf4j.simpleLogger.logFile", "System.err");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        System.setProperty("org.slf4j.simpleLogger.log.cc.accu", verbose ? "debug" : "warn");
        System.setProperty("org.slf4j.simpleLogger.showThreadName", String.valueOf(verbose));
        System.setProperty("org.slf4j.simpleLogger.showLogName", "false");
    }
}
