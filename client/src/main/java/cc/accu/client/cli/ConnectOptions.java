package cc.accu.client.cli;

import cc.accu.client.LineClient;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** What every command that connects can be told. */
final class ConnectOptions {
    /** What drives TCP sockets. */
    enum Io {
        NIO,
        NATIVE
    }

    @Option(
            names = "--connect-timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "longest wait for a connection (default: ${DEFAULT-VALUE})")
    private Duration connectTimeout = Duration.ZERO;

    @Option(
            names = "--transport",
            paramLabel = "nio|native",
            defaultValue = "nio",
            description = "what drives TCP: Java NIO, or epoll or kqueue (default: ${DEFAULT-VALUE})")
    private Io transport = Io.NIO;

    @Option(
            names = {"-v", "--verbose"},
            description = "say more on standard error: statistics, debug log, stack traces")
    boolean verbose;

    /** Whether a command line says {@code -v}. */
    static boolean isVerbose(ParseResult parsed) {
        return parsed.hasMatchedOption("-v");
    }

    /** What drives TCP, as it was typed. */
    String transport() {
        return transport.name().toLowerCase(Locale.ROOT);
    }

    LineClient.Builder newBuilder() {
        return LineClient.builder().connectTimeout(connectTimeout).preferNative(transport == Io.NATIVE);
    }
}
