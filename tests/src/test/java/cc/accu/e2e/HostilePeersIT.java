package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.testing.TestCertificates;
import cc.accu.transport.Endpoint;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Strangers harm neither the server nor others: during and after each attack a new sender is served within a second, a good
 * sender's conversation goes on and loses nothing, and descriptors and memory are back.
 */
@Timeout(60)
@Tag("long")
final class HostilePeersIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long MOST_GROWTH_KIB = 200 * 1024;
    /** Of those that have left already, when descriptors are counted. */
    private static final int STILL_OPEN = 5;

    @TempDir
    private Path directory;

    private final AtomicInteger served = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(Attack.class)
    void harmNobody(Attack attack) throws Exception {
        Path stored = directory.resolve("stored");
        try (Jar jar = Jar.start(
                "server",
                directory,
                "tcp",
                "127.0.0.1:0",
                "tcp://127.0.0.1:0?read-timeout=500ms",
                "tls://127.0.0.1:0?handshake-timeout=2s",
                "--tls-cert",
                TestCertificates.AUTHORITY
                        .server(directory)
                        .certificate()
                        .orElseThrow()
                        .toString(),
                "--tls-key",
                TestCertificates.AUTHORITY.server(directory).key().orElseThrow().toString(),
                "unix",
                directory.resolve("s").toString(),
                "--max-connections",
                "5500",
                "--to",
                "file:" + stored + "?format=raw")) {
            Attacked server = new Attacked(jar);
            server.isServed();
            try (RawPeer good = RawPeer.connect(server.tcp()).sends("accu/1\n")) {
                good.takes("accu/1 ok durable=fsync max-line=1048576\n".length());
                talk(good, 1);
                long descriptors = server.descriptors();
                long kib = server.kib();
                attack.on(server);
                server.isServed();
                talk(good, 2);
                await().atMost(SOON).until(() -> server.count() <= descriptors);
                server.isServed();
                long grownKib = server.kib() - kib;
                System.out.printf("%s: memory %+d MiB%n", attack, grownKib / 1024);
                assertThat(grownKib).isLessThan(MOST_GROWTH_KIB);
            }
            assertThat(jar.stops()).isZero();
            assertThat(jar.err()).doesNotContain("unexpected", "\tat ");
        }
        String all = Files.readString(stored, ISO_8859_1);
        assertThat(all).contains("good 1\n", "good 2\n");
        for (int i = 1; i <= served.get(); i++) {
            assertThat(all).contains("fresh " + i + "\n");
        }
    }

    private static void talk(RawPeer good, int number) throws IOException {
        good.sends("good " + number + "\n").takes(("ack " + number + "\n").length());
    }

    /** The jar, by what the system says of it. */
    private final class Attacked implements Attack.Target {
        private final Jar jar;
        private final List<Endpoint.Tcp> ports;
        private long idle;

        Attacked(Jar jar) {
            this.jar = jar;
            ports = jar.awaitTcp();
        }

        /** How many are open while no stranger is there. */
        long descriptors() {
            idle = count();
            return idle;
        }

        private long count() {
            File[] open = new File("/proc/" + jar.pid() + "/fd").listFiles();
            return open == null ? Long.MAX_VALUE : open.length;
        }

        long kib() throws IOException {
            Matcher rss = Pattern.compile("VmRSS:\\s+(\\d+)")
                    .matcher(Files.readString(Path.of("/proc/" + jar.pid() + "/status"), US_ASCII));
            assertThat(rss.find()).isTrue();
            return Long.parseLong(rss.group(1));
        }

        @Override
        public Endpoint.Tcp tcp() {
            return ports.get(0);
        }

        @Override
        public Endpoint impatient() {
            return ports.get(1);
        }

        @Override
        public Endpoint.Tcp tls() {
            return ports.get(2);
        }

        @Override
        public Endpoint unix() {
            return Endpoint.parse("unix " + directory.resolve("s"));
        }

        @Override
        public void isServed() throws IOException {
            long start = System.nanoTime();
            try (RawPeer fresh = RawPeer.connect(tcp())) {
                fresh.sends("accu/1\nfresh " + served.incrementAndGet() + "\n").endsInput();
                assertThat(fresh.hearsUntilClosed()).endsWith("\nack 1\n");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(A_SECOND);
        }

        @Override
        public void awaitConnections(int strangers) {
            long expected = idle + strangers;
            await().atMost(SOON).until(() -> strangers == 0 ? count() <= expected : count() >= expected - STILL_OPEN);
        }
    }

    /** Half a megabyte of each of two thousand lines does not fit: some are ended in the end, and others wait. */
    @Test
    void unfinishedLinesDoNotFillASmallMemory() throws Exception {
        List<String> words = Jar.command(
                "server",
                "tcp",
                "127.0.0.1:0",
                "--max-connections",
                "2500",
                "--to",
                "file:" + directory.resolve("small"));
        words.set(1, "-Xmx64m");
        try (Jar jar = Jar.start(words, directory)) {
            Attacked server = new Attacked(jar);
            server.isServed();
            long descriptors = server.descriptors();
            try (Crowd crowd = Crowd.of(server.tcp(), 2000, Abuse.UNFINISHED)) {
                server.awaitConnections(2000);
                for (int i = 0; i < 20; i++) {
                    server.isServed();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                }
                System.out.printf("2000 unfinished lines: %d MiB%n", server.kib() / 1024);
                assertThat(server.kib()).isLessThan(300 * 1024);
            }
            await().atMost(SOON).until(() -> server.count() <= descriptors);
            server.isServed();
            assertThat(jar.stops()).isZero();
            assertThat(jar.err()).doesNotContain("OutOfMemory", "\tat ");
        }
    }

    @Test
    void moreConnectionsThanDescriptorsRightAfterTheStart() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "prlimit is missing");
        List<String> words = new ArrayList<>(List.of("/usr/bin/prlimit", "--nofile=128"));
        words.addAll(Jar.command("server", "tcp", "127.0.0.1:0", "--to", "file:" + directory.resolve("few")));
        try (Jar jar = Jar.start(words, directory)) {
            Attacked server = new Attacked(jar);
            List<RawPeer> many = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                many.add(RawPeer.connect(server.tcp()).sends("half"));
            }
            for (RawPeer peer : many) {
                peer.close();
            }
            await().atMost(SOON).ignoreExceptions().until(() -> {
                server.isServed();
                return true;
            });
            assertThat(jar.stops()).isZero();
            assertThat(jar.err().lines().count()).isLessThan(20);
        }
    }
}
