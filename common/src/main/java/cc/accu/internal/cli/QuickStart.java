package cc.accu.internal.cli;

import cc.accu.internal.text.Printable;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.PrintStream;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What lets a command of ours start sooner, and take less memory. Not for programs that embed us: it decides for the whole
 * process.
 */
final class QuickStart {
    private static final String LOGGER = "org.slf4j.simpleLogger.";
    private static final Set<String> HELP = Set.of("-h", "--help", "--help-all", "-V", "--version");
    private static final Thread LOADER = new Thread(QuickStart::load, "accu-start");

    private QuickStart() {}

    /**
     * Turns off what Netty and picocli would load for nothing, unless the JVM's command line has it, sets up logging, and
     * loads what every command needs, on another thread, while the caller reads what was typed: but for words that only ask
     * for help.
     */
    static void begin(String... words) {
        Properties settings = System.getProperties();
        // Netty's events for the flight recorder.
        settings.putIfAbsent("io.netty.jfr.enabled", "false");
        // The allocator of channels that are not told which to use, as all of ours are.
        settings.putIfAbsent("io.netty.allocator.type", "pooled");
        // What tells channels of this process from those of others; looked for in all network interfaces.
        settings.putIfAbsent("io.netty.processId", "1");
        settings.putIfAbsent("io.netty.machineId", "02:00:00:00:00:00");
        // What picocli would parse by itself; every option of ours has a parser of its own.
        settings.putIfAbsent("picocli.converters.excludes", "java[.].*");
        if (Collections.disjoint(HELP, Arrays.asList(words))) {
            LOADER.setDaemon(true);
            LOADER.setUncaughtExceptionHandler((thread, shownAgain) -> {});
            LOADER.start();
        }
    }

    /**
     * Waits until all is loaded. Before that, no other thread uses Netty, a logger, or {@link System#err}: two threads that
     * initialize classes which need one another would wait for ever.
     *
     * @param verbose whether our loggers say more: each reads its level when it is made
     */
    static void await(boolean verbose) {
        System.setProperty(LOGGER + "log.cc.accu", verbose ? "debug" : "warn");
        if (LOADER.getState() == Thread.State.NEW) {
            setUpLog();
        }
        try {
            LOADER.join();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Only initializes: a failure shows again, and is told, where the class is used. */
    private static void load() {
        setUpLog();
        for (Class<?> needed : List.of(
                MultiThreadIoEventLoopGroup.class,
                NioIoHandler.class,
                PooledByteBufAllocator.class,
                ServerBootstrap.class,
                NioServerSocketChannel.class)) {
            try {
                Class.forName(needed.getName());
            } catch (ClassNotFoundException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /**
     * Makes loggers log with a time, on standard error, without the names of classes and threads. While it runs, nobody else
     * asks for standard error: another stream has its place.
     */
    private static void setUpLog() {
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

    /**
     * Writes a time before each line that is logged, and keeps it one line, whoever wrote what is in it. The logger can do that too, but makes its format when it is set up:
     * the locales that this needs are a tenth of every start, and most starts log nothing.
     */
    private static final class WithTime extends PrintStream {
        private final PrintStream err;
        private final DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX ");
        private final ZoneId zone = ZoneId.systemDefault();

        WithTime(PrintStream err) {
            super(err, true);
            this.err = err;
            now(); // has all files opened that this takes, while there are descriptors
        }

        private String now() {
            return format.format(OffsetDateTime.now(zone));
        }

        @Override
        public void println(@Nullable String logged) {
            String line = String.valueOf(logged);
            err.println(JsonLog.isOn() ? JsonLog.logged(line) : now() + Printable.line(line));
        }

        /** A line of a stack trace. */
        @Override
        public void println(@Nullable Object traced) {
            String line = String.valueOf(traced);
            err.println(JsonLog.isOn() ? JsonLog.object("TRACE", line) : Printable.line(line));
        }
    }
}
