package cc.accu.internal.cli;

/** How the programs log: with a time, on standard error, without the names of classes and threads. */
public final class LogSetUp {
    private static final String LOGGER = "org.slf4j.simpleLogger.";

    private LogSetUp() {}

    /** To be called before the first logger is made: it reads these once. */
    public static void run(boolean verbose) {
        System.setProperty(LOGGER + "logFile", "System.err");
        System.setProperty(LOGGER + "defaultLogLevel", "warn");
        System.setProperty(LOGGER + "log.cc.accu", verbose ? "debug" : "warn");
        System.setProperty(LOGGER + "showDateTime", "true");
        System.setProperty(LOGGER + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        System.setProperty(LOGGER + "showThreadName", "false");
        System.setProperty(LOGGER + "showLogName", "false");
    }
}
