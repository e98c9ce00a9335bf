package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What the command can be told about acknowledgements, and about what to do without them. */
final class AckOptions {
    private static final long UNSET = -1;

    @Option(
            names = "--ack",
            description = "have each line acknowledged, and send again what is not; needs an accu server")
    boolean wanted;

    @Option(
            names = "--or",
            paramLabel = "ENDPOINT",
            description = "where to go when that fails, for example 'tcp 127.0.0.1:3001' or unix:///path; repeatable")
    List<Endpoint> others = List.of();

    @Option(
            names = "--ack-timeout",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "connect anew when no ack came for that long; 0 for never (default: ${DEFAULT-VALUE})")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--retry-timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "with --ack, give up after so long without progress; 0 for never (default: ${DEFAULT-VALUE})")
    private Duration retryTimeout = Duration.ZERO;

    @Option(
            names = "--window",
            paramLabel = "SIZE",
            description = "how much may be on its way (default: 4MiB, 16MiB with --ack)")
    private long windowBytes = UNSET;

    @Option(names = "--print-acks", description = "with --ack, print acked=N on standard output whenever N has grown")
    boolean printed;

    /** Throws an IllegalArgumentException if one is out of its range. */
    void applyTo(LineClient.Builder builder) {
        builder.ackTimeout(timeout).retryTimeout(retryTimeout);
        if (wanted) {
            builder.acknowledged();
        }
        if (windowBytes != UNSET) {
            builder.windowBytes(windowBytes);
        }
    }
}
