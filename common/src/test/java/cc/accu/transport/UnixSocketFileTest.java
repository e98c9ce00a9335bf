package cc.accu.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnixSocketFileTest {
    private static final int ROUNDS = 20;

    private final EventLoops loops = EventLoops.daemon("test");
    private Path directory = Path.of("/tmp");
    private Path path = directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory(Path.of("/tmp"), "accu");
        path = directory.resolve("s");
    }

    @AfterEach
    void removeDirectory() throws IOException {
        loops.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"regular file", "directory", "symbolic link", "device or pipe"})
    void refusesAnythingElseAndLeavesItAsItIs(String kind) throws Exception {
        switch (kind) {
            case "regular file" -> Files.writeString(path, "mine");
            case "directory" -> Files.createDirectory(path);
            case "symbolic link" -> Files.createSymbolicLink(path, Path.of("nowhere"));
            default ->
                assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                        .isZero();
        }
        Object before = key();
        assertThatThrownBy(() -> listen("unix " + path))
                .isInstanceOf(ListenException.class)
                .hasMessageStartingWith("cannot listen on unix " + path + ": a " + kind + " is in the way");
        assertThat(key()).isEqualTo(before);
        assertThat(names()).containsExactly("s");
    }

    @Test
    void refusesTheSocketOfALiveServer() throws IOException {
        try (Listener first = listen("unix " + path)) {
            assertThatThrownBy(() -> listen("unix " + path)).hasMessageContaining("another process is listening");
            assertConnects();
        }
    }

    @Test
    void replacesAStaleSocket() throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        try (Listener listener = listen("unix " + path)) {
            assertConnects();
            assertThat(names()).containsExactly("s");
        }
        assertThat(names()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'', rw-rw----", "?mode=0600, rw-------", "?mode=0666, rw-rw-rw-", "?mode=0007, ------rwx"})
    void givesTheFileItsMode(String options, String mode) throws IOException {
        try (Listener listener = listen("unix://" + path + options)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo(mode);
        }
    }

    @Test
    void givesTheFileItsGroup() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files to any group");
        try (Listener listener = listen("unix://" + path + "?group=daemon")) {
            assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(1);
        }
    }

    @Test
    void saysThatThereIsNoSuchGroupAndLeavesNothing() throws IOException {
        assertThatThrownBy(() -> listen("unix://" + path + "?group=no-such-group"))
                .hasMessageContaining("there is no group 'no-such-group'");
        assertThat(names()).isEmpty();
    }

    @Test
    void letsOneOfTwoStartersWin() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            CyclicBarrier start = new CyclicBarrier(2);
            List<CompletableFuture<Listener>> starters = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                starters.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                start.await();
                            } catch (Exception impossible) {
                                throw new AssertionError(impossible);
                            }
                            return listen("unix " + path);
                        },
                        work -> new Thread(work).start()));
            }
            int won = 0;
            for (CompletableFuture<Listener> starter : starters) {
                if (starter.handle((listener, refused) -> refused == null).get()) {
                    won++;
                }
            }
            for (CompletableFuture<Listener> starter : starters) {
                if (!starter.isCompletedExceptionally()) {
                    starter.get().close();
                }
            }
            assertThat(won).as("round %d", round).isEqualTo(1);
            assertThat(names()).isEmpty();
        }
    }

    @Test
    void keepsOtherProcessesOutWhileLocked() throws Exception {
        try (UnixSocketLock lock = UnixSocketLock.take(Endpoint.Unix.at(path.toString()))) {
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            LockProbe.class.getName(),
                            path + ".lock")
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("locked by another process");
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void leavesTheFileOfAnotherServerAtClose() throws IOException {
        Listener ours = listen("unix " + path);
        Files.delete(path);
        try (ServerSocketChannel theirs = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            theirs.bind(UnixDomainSocketAddress.of(path));
            ours.close();
            assertThat(names()).containsExactly("s");
        }
    }

    @Test
    void saysThatTheDirectoryIsMissing() {
        assertThatThrownBy(() -> listen("unix " + directory + "/none/s"))
                .hasMessageContaining("the directory " + directory + "/none does not exist");
    }

    @Test
    void takesALongPathWithANameOfOneLetter() throws Exception {
        Path deep = directory.resolve("d".repeat(105 - directory.toString().length() - 1));
        Files.createDirectory(deep);
        path = deep.resolve("s");
        assertThat(path.toString()).hasSize(107);
        try (Listener listener = listen("unix " + path)) {
            // The JDK's own sockets take one byte less.
            Transport.of(listener.endpoint(), false)
                    .connect(loops, new Ignore(), java.time.Duration.ofSeconds(5))
                    .get()
                    .close();
            assertThatThrownBy(() -> listen("unix " + path)).hasMessageContaining("another process is listening");
        }
        leaveStaleSocket(path);
        listen("unix " + path).close();
        assertThat(path).doesNotExist();
    }

    /** Without the help of the JDK, which does not take the longest paths. */
    private static void leaveStaleSocket(Path path) throws IOException {
        assumeTrue(Epoll.isAvailable(), "binding to the longest paths needs epoll");
        Socket socket = Socket.newSocketDomain();
        socket.bind(new DomainSocketAddress(path.toString()));
        socket.close();
    }

    @Test
    void listensOnAnAbstractName() throws Exception {
        assumeTrue(Epoll.isAvailable(), "abstract sockets need Linux and epoll");
        Transport transport = Transport.of(Endpoint.parse("unix @accu-test-" + directory.getFileName()), false);
        try (Listener listener = transport.listen(loops, new Ignore(), new Ignore())) {
            transport
                    .connect(loops, new Ignore(), java.time.Duration.ofSeconds(5))
                    .get()
                    .close();
            assertThat(listener.endpoint()).isEqualTo(transport.endpoint());
        }
    }

    private Listener listen(String endpoint) {
        return Transport.of(Endpoint.parse(endpoint), false).listen(loops, new Ignore(), new Ignore());
    }

    private void assertConnects() throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    private Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Sharable
    private static final class Ignore extends ChannelInboundHandlerAdapter {}
}
