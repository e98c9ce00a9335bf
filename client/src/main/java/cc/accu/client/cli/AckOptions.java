package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.Option;
import cc.accu.internal.text.Quantities;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What the command can be told about acknowledgements, and about what to do without them. One thread. */
final class AckOptions {
    private final Option<Boolean> ack =
            Option.flag("--ack", "have each line acknowledged, and send again what is not; needs an accu server");
    private final Option<List<Endpoint>> or = Option.list(
            "--or ENDPOINT",
            "where to go when that fails, for example 'tcp 127.0.0.1:3001' or unix:///path",
            Endpoint::parse);
    private final Option<Duration> ackTimeout = Option.of(
            "--ack-timeout TIME",
            "connect anew when no ack came for that long; 0 for never",
            Quantities::duration,
            "30s");
    private final Option<Duration> retryTimeout = Option.of(
            "--retry-timeout TIME",
            "with --ack, give up after so long without progress; 0 for never",
            Quantities::duration,
            "60s");
    private final Option<Long> window = Option.of(
            "--window SIZE", "how much may be on its way (default: 4MiB, 16MiB with --ack)", Quantities::bytes);
    private final Option<Boolean> printAcks =
            Option.flag("--print-acks", "with --ack, print acked=N on standard output whenever N has grown");

    List<Option<?>> all() {
        return List.of(ack, or, ackTimeout, retryTimeout, window, printAcks);
    }

    boolean areWanted() {
        return ack.value();
    }

    boolean arePrinted() {
        return printAcks.value();
    }

    /** Where to go when the first server cannot be reached. */
    List<Endpoint> others() {
        return or.ifAny().orElse(List.of());
    }

    /** For each of so many connections, which together must not take more than this process may have. */
    long windowBytes(int connections) throws IOException {
        long usual = areWanted() ? LineClient.Builder.ACKED_WINDOW_BYTES : LineClient.Builder.WINDOW_BYTES;
        long each = window.ifAny().orElseGet(() -> MemoryNeed.windowBytes(connections, usual));
        String what = connections == 1 ? "a --window of " + each + " bytes" : connections + " connections";
        MemoryNeed.ofConnections(connections, areWanted(), each)
                .check(what, connections == 1 ? "use a smaller one" : "use fewer --connections, or a smaller --window");
        return each;
    }

    /** Throws an IllegalArgumentException if one is out of its range. */
    void applyTo(LineClient.Builder builder) {
        builder.ackTimeout(ackTimeout.value()).retryTimeout(retryTimeout.value());
        if (areWanted()) {
            builder.acknowledged();
        }
    }
}
