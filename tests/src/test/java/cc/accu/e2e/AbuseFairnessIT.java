package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sender that behaves gets its acknowledgements soon, among a thousand that do not. */
@Timeout(180)
@Tag("long")
final class AbuseFairnessIT {
    private static final int ABUSERS = 1000;
    private static final int LINES = 400;
    private static final int SYNCS_TRIED = 100;

    /** A JVM that is attacked as it starts compiles for so long, on the same processors. */
    private static final Duration WARM_UP = Duration.ofSeconds(25);

    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The abusers and, for some time yet, the compiler share the processors with the server. */
    private static final int SHARED = 4;

    private static final Duration MOST = Duration.ofMillis(50);
    private static final int SYNCS = 5;

    @TempDir
    private Path directory;

    private int sent;

    @Test
    void acksComeSoonAmongAThousandWhoAbuse() throws Exception {
        Path stored = directory.resolve("stored");
        try (Jar jar = Jar.start(
                "server",
                directory,
                "tcp",
                "127.0.0.1:0",
                "--to",
                "file:" + stored + "?format=raw&rotate=64MiB&keep=1")) {
            Endpoint.Tcp server = jar.awaitTcp().get(0);
            try (RawPeer good = RawPeer.connect(server).sends("accu/1\n")) {
                good.takes("accu/1 ok durable=fsync max-line=1048576\n".length());
                long quiet = p99(good);
                long bad;
                long sync;
                try (Crowd crowd =
                        Crowd.of(server, ABUSERS, Abuse.FLOOD, Abuse.DEAF, Abuse.DRIBBLE, Abuse.UNFINISHED)) {
                    long start = System.nanoTime();
                    while (System.nanoTime() - start < WARM_UP.toNanos()) {
                        nanosToAck(good);
                    }
                    bad = p99(good);
                    sync = p99OfSyncs();
                }
                System.out.printf(
                        "acks among %d who abuse: p99 %.1f ms, alone %.1f ms; a bare sync then %.1f ms%n",
                        ABUSERS, bad / 1e6, quiet / 1e6, sync / 1e6);
                assertThat(Duration.ofNanos(bad))
                        .isLessThan(max(MOST, Duration.ofNanos(sync * SYNCS)).multipliedBy(SHARED));
            }
        }
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Nanoseconds from a line to its acknowledgement, one line after the other. */
    private long p99(RawPeer good) throws IOException {
        long[] took = new long[LINES];
        for (int i = 0; i < LINES; i++) {
            took[i] = nanosToAck(good);
        }
        return p99(took);
    }

    private long nanosToAck(RawPeer good) throws IOException {
        sent++;
        long start = System.nanoTime();
        good.sends("a good line\n").takes(("ack " + sent + "\n").length());
        long took = System.nanoTime() - start;
        LockSupport.parkNanos(EVERY_NANOS);
        return took;
    }

    /** Nanoseconds of a write and its sync on the same disk, with nothing of ours in between. */
    private long p99OfSyncs() throws IOException {
        long[] took = new long[SYNCS_TRIED];
        try (FileChannel file = FileChannel.open(
                Files.createTempFile(directory, "sync", ""), StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            for (int i = 0; i < took.length; i++) {
                long start = System.nanoTime();
                file.write(ByteBuffer.wrap("a good line\n".getBytes(US_ASCII)));
                file.force(false);
                took[i] = System.nanoTime() - start;
            }
        }
        return p99(took);
    }

    private static long p99(long[] took) {
        Arrays.sort(took);
        return took[took.length * 99 / 100];
    }
}
