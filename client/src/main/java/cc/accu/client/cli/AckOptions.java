package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Quantities;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.util.List;

/** What the command can be told about acknowledgements, and about what to do without them. */
final class AckOptions {
    private static final Option ACK =
            Option.of("--ack", "have each line acknowledged, and send again what is not; needs an accu server");
    private static final Option OR = Option.of(
                    "--or ENDPOINT", "where to go when that fails, for example 'tcp 127.0.0.1:3001' or unix:///path")
            .repeatable();
    private static final Option ACK_TIMEOUT = Option.of(
                    "--ack-timeout TIME", "connect anew when no ack came for that long; 0 for never")
            .orElse("30s");
    private static final Option RETRY_TIMEOUT = Option.of(
                    "--retry-timeout TIME", "with --ack, give up after so long without progress; 0 for never")
            .orElse("60s");
    private static final Option WINDOW =
            Option.of("--window SIZE", "how much may be on its way (default: 4MiB, 16MiB with --ack)");
    private static final Option PRINT_ACKS =
            Option.of("--print-acks", "with --ack, print acked=N on standard output whenever N has grown");

    static final List<Option> ALL = List.of(ACK, OR, ACK_TIMEOUT, RETRY_TIMEOUT, WINDOW, PRINT_ACKS);

    private final CommandLine line;

    AckOptions(CommandLine line) {
        this.line = line;
    }

    boolean areWanted() {
        return line.has(ACK);
    }

    boolean arePrinted() {
        return line.has(PRINT_ACKS);
    }

    /** Where to go when the first server cannot be reached. */
    List<Endpoint> others() {
        return line.values(OR, Endpoint::parseTarget);
    }

    /** For each of so many connections, which together must not take more than this process may have. */
    long windowBytes(int connections) throws IOException {
        long usual = areWanted() ? LineClient.Builder.ACKED_WINDOW_BYTES : LineClient.Builder.WINDOW_BYTES;
        long each =
                line.has(WINDOW) ? line.value(WINDOW, Quantities::bytes) : MemoryNeed.windowBytes(connections, usual);
        String what = connections == 1 ? "a --window of " + each + " bytes" : connections + " connections";
        MemoryNeed.ofConnections(connections, areWanted(), each)
                .check(what, connections == 1 ? "use a smaller one" : "use fewer --connections, or a smaller --window");
        return each;
    }

    /** Throws an IllegalArgumentException if one is out of its range. */
    void applyTo(LineClient.Builder builder) {
        builder.ackTimeout(line.value(ACK_TIMEOUT, Quantities::duration))
                .retryTimeout(line.value(RETRY_TIMEOUT, Quantities::duration));
        if (areWanted()) {
            builder.acknowledged();
        }
    }
}
