package cc.accu.internal.cli;

import java.io.IOException;
import java.util.List;
import org.slf4j.LoggerFactory;

/** A process that logs, and fails with, what somebody outside has made up. */
final class LogProbe {
    static final String EVIL = "\u001b]0;owned\u0007\u009b2J\n2026-11-27T00:00:00.000Z forged\r\u202e";

    private LogProbe() {}

    public static void main(String[] arguments) {
        Program program = Program.ofProcess("probe", "", LogProbe.class);
        Command command = new Command(LogProbe::run, Option.flag("-v, --verbose", "say more")).usualOptions();
        int exitCode = program.run(arguments, words -> program.run(command.spec(), List.of("-v"), false));
        Runtime.getRuntime().halt(exitCode);
    }

    private static int run() throws IOException {
        LoggerFactory.getLogger(LogProbe.class).warn("peer said {}", EVIL, new IOException(EVIL));
        throw new IOException(EVIL);
    }
}
