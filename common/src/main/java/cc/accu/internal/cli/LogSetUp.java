package cc.accu.internal.cli;

import java.io.PrintStream;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How the programs log: with a time, on standard error, without the names of classes and threads. */
final class LogSetUp {
    private static final String LOGGER = "org.slf4j.simpleLogger.";

    private LogSetUp() {}

    /** Makes loggers log so. While it runs, nobody else asks for standard error: it takes another stream's place. */
    static void run() {
        System.setProperty(LOGGER + "logFile", "System.err");
        System.setProperty(LOGGER + "cacheOutputStream", "true");
        System.setProperty(LOGGER + "defaultLogLevel", "warn");
        System.setProperty(LOGGER + "showThreadName", "false");
        System.setProperty(LOGGER + "showLogName", "false");
        PrintStream err = System.err;
        System.setErr(new WithTime(err));
        try {
            LoggerFactory.getILoggerFactory();
        } finally {
            System.setErr(err);
        }
    }

    /** To be called before the first logger of ours is made: each reads its level then. */
    static void verbose(boolean verbose) {
        System.setProperty(LOGGER + "log.cc.accu", verbose ? "debug" : "warn");
    }

    /**
     * Writes a time before each line that is logged. The logger can do that too, but makes its format when it is set up:
     * the locales that this needs are a tenth of every start, and most starts log nothing.
     */
    private static final class WithTime extends PrintStream {
        private static final String FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX ";

        private final PrintStream err;
        private @Nullable DateTimeFormatter format;

        WithTime(PrintStream err) {
            super(err, true);
            this.err = err;
        }

        @Override
        public synchronized void println(@Nullable String logged) {
            if (format == null) {
                format = DateTimeFormatter.ofPattern(FORMAT);
            }
            err.println(format.format(OffsetDateTime.now(ZoneId.systemDefault())) + logged);
        }

        /** A line of a stack trace, as it is. */
        @Override
        public void println(@Nullable Object traced) {
            err.println(traced);
        }
    }
}
