package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Quantities;
import java.util.List;
import java.util.Locale;

/** What every command that connects can be told. */
final class ConnectOptions {
    static final Option VERBOSE =
            Option.of("-v, --verbose", "say more on standard error: statistics, debug log, stack traces");

    private static final Option CONNECT_TIMEOUT =
            Option.of("--connect-timeout TIME", "longest wait for a connection").orElse("10s");
    private static final Option TRANSPORT = Option.of(
                    "--transport nio|native", "what drives TCP: Java NIO, or epoll or kqueue")
            .orElse("nio");

    static final List<Option> ALL = List.of(CONNECT_TIMEOUT, TRANSPORT, VERBOSE);

    private final CommandLine line;

    ConnectOptions(CommandLine line) {
        this.line = line;
    }

    /** What drives TCP sockets. */
    private enum Io {
        NIO,
        NATIVE
    }

    /** What drives TCP, by name. */
    String transport() {
        return io().name().toLowerCase(Locale.ROOT);
    }

    private Io io() {
        return line.choice(TRANSPORT, Io.values());
    }

    LineClient.Builder newBuilder() {
        return LineClient.builder()
                .connectTimeout(line.value(CONNECT_TIMEOUT, Quantities::duration))
                .preferNative(io() == Io.NATIVE);
    }
}
