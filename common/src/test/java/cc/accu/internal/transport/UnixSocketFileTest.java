package cc.accu.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.internal.transport.Transport.Listener;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.channel.Channel;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
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
    @ValueSource(strings = {"regular file", "directory", "symbolic link", "named pipe"})
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
        if (kind.equals("regular file")) {
            assertThat(path).hasContent("mine");
        }
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
    @CsvSource({"0660, rw-rw----", "0600, rw-------", "0666, rw-rw-rw-", "0007, ------rwx"})
    void givesTheFileItsMode(String octal, String mode) throws IOException {
        try (Listener listener = listen(access(octal))) {
            assertThat(mode()).isEqualTo(mode);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"umask 077", "umask 000"})
    void givesTheFileItsModeWhateverTheUmask(String umask) throws Exception {
        try (JavaProcess server = JavaProcess.startAfter(umask, ListenProbe.class, "unix " + path)) {
            assertThat(server.says()).isEqualTo("ready");
            server.hears("go");
            assertThat(server.says()).isEqualTo("listening on unix " + path);
            assertThat(mode()).isEqualTo("rw-rw----");
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void letsNobodyConnectBeforeTheFileHasItsMode() throws Exception {
        try (Hammer hammer = new Hammer()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (Listener listener = listen(access("0007"))) {
                    hammer.awaitAnotherConnection();
                }
            }
            assertThat(hammer.modes()).containsOnly("------rwx");
        }
    }

    /** That there is no such group shows where the file gets its access: nobody may have been let in by then. */
    @Test
    void letsNobodyConnectWhenTheAccessCannotBeSet() throws Exception {
        try (Hammer hammer = new Hammer()) {
            for (int round = 0; round < ROUNDS; round++) {
                assertThatThrownBy(() -> listen(ofGroup("no-such-group"))).isInstanceOf(ListenException.class);
            }
            assertThat(hammer.attempts()).isPositive();
            assertThat(hammer.modes()).isEmpty();
        }
    }

    /** A thread that connects as fast as it can, and notes the file's mode after each success. */
    private final class Hammer implements AutoCloseable {
        private final Queue<String> modes = new ConcurrentLinkedQueue<>();
        private final AtomicLong attempts = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final Thread thread = new Thread(this::run);

        Hammer() {
            thread.start();
            await().until(() -> attempts.get() > 0);
        }

        private void run() {
            while (!closed.get()) {
                attempts.incrementAndGet();
                try {
                    Object file = Files.getAttribute(path, "unix:ino");
                    SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
                    String mode = mode();
                    // Not when the next listener's file was in the place by then.
                    if (file.equals(Files.getAttribute(path, "unix:ino"))) {
                        modes.add(mode);
                    }
                } catch (IOException refused) {
                    // most attempts are: the file is not there, or nobody listens yet or any more
                }
            }
        }

        void awaitAnotherConnection() {
            int before = modes.size();
            await().pollInterval(Duration.ofMillis(1)).until(() -> modes.size() > before);
        }

        long attempts() {
            return attempts.get();
        }

        Queue<String> modes() {
            return modes;
        }

        @Override
        public void close() throws InterruptedException {
            closed.set(true);
            thread.join();
        }
    }

    @Test
    void givesTheFileItsGroup() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files to any group");
        try (Listener listener = listen(ofGroup("daemon"))) {
            assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(1);
        }
    }

    @Test
    void saysThatThereIsNoSuchGroupAndLeavesNothing() throws IOException {
        assertThatThrownBy(() -> listen(ofGroup("no-such-group")))
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

    @RepeatedTest(3)
    void letsOneOfTwoStartingProcessesWin() throws Exception {
        try (JavaProcess one = JavaProcess.start(ListenProbe.class, "unix " + path);
                JavaProcess other = JavaProcess.start(ListenProbe.class, "unix " + path)) {
            assertThat(List.of(one.says(), other.says())).containsOnly("ready");
            one.hears("go");
            other.hears("go");
            assertThat(List.of(one.says(), other.says()))
                    .containsOnlyOnce("listening on unix " + path)
                    .anySatisfy(why -> assertThat(why).contains("another process is listening"));
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void keepsOtherProcessesOutWhileLocked() throws Exception {
        try (UnixSocketLock lock = UnixSocketLock.take(new Endpoint.Unix(path.toString()))) {
            try (JavaProcess other = JavaProcess.start(LockProbe.class, path + ".lock")) {
                assertThat(other.says()).isEqualTo("locked by another process");
            }
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
    void refusesALockFileOfSomebodyElseAndLeavesItAsItIs() throws Exception {
        Path victim = Files.writeString(directory.resolve("victim"), "content");
        Path lock = directory.resolve("s.lock");
        for (String kind : List.of("symbolic link", "hard link", "pipe", "directory", "file")) {
            switch (kind) {
                case "symbolic link" -> Files.createSymbolicLink(lock, victim);
                case "hard link" -> Files.createLink(lock, victim);
                case "directory" -> Files.createDirectory(lock);
                case "file" -> Files.writeString(lock, "content");
                default ->
                    assertThat(new ProcessBuilder("mkfifo", lock.toString())
                                    .start()
                                    .waitFor())
                            .isZero();
            }
            assertThatThrownBy(() -> listen("unix " + path))
                    .as(kind)
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining(lock + " is in the way, which accu locks while it starts and did not make");
            assertThat(victim).hasContent("content");
            Files.delete(lock);
        }
    }

    @Test
    void letsOnlyItsOwnerLock() throws IOException {
        Endpoint.Unix unix = new Endpoint.Unix(path.toString());
        try (UnixSocketLock lock = UnixSocketLock.take(unix)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(UnixSocketLock.beside(unix))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void takesALockThatACrashLeft() throws IOException {
        Path lock = directory.resolve("s.lock");
        Files.write(lock, new byte[5000]);
        listen("unix " + path).close();
        assertThat(names()).isEmpty();
    }

    @Test
    void saysWhyNoFileCanBeMade() throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "");
        Files.createSymbolicLink(directory.resolve("circle"), Path.of("circle"));
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
        assertThatThrownBy(() -> listen("unix " + file + "/s"))
                .hasMessageContaining(file + " is a regular file, not a directory; choose another path");
        assertThatThrownBy(() -> listen("unix " + directory + "/circle/s"))
                .hasMessageContaining("the symbolic links in " + directory + "/circle go in a circle");
        assertThatThrownBy(() -> listen("unix " + directory + "/dangling/s"))
                .hasMessageContaining(directory + "/dangling is a symbolic link to what does not exist");
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs /proc");
        assertThatThrownBy(() -> listen("unix /proc/accu.sock"))
                .hasMessageContaining("the file system of /proc takes no new files; choose another path");
    }

    @Test
    void saysHowToSeeWhoListensHoweverThePathWasWritten() throws Exception {
        try (Listener listener = listen("unix " + path)) {
            assertThatThrownBy(() -> listen("unix " + path)).hasMessageContaining("see who with \"ss -xlp src '*s'\"");
        }
    }

    @Test
    void saysThatTheDirectoryIsMissing() {
        assertThatThrownBy(() -> listen("unix " + directory + "/none/s"))
                .hasMessageContaining("the directory " + directory + "/none does not exist");
    }

    @Test
    void takesTheLongestPathWithANameOfOneLetter() throws Exception {
        path = longPath(SocketIo.ofThisMachine().orElse(SocketIo.NIO).mostPathBytes());
        try (Listener listener = listen("unix " + path)) {
            // The JDK's own sockets take one byte less than epoll.
            connect(listener.endpoint()).get().close();
            assertThatThrownBy(() -> listen("unix " + path)).hasMessageContaining("another process is listening");
        }
        leaveStaleSocket(path);
        listen("unix " + path).close();
        assertThat(path).doesNotExist();
    }

    private Path longPath(int bytes) throws IOException {
        Path deep =
                directory.resolve("d".repeat(bytes - 2 - directory.toString().length() - 1));
        Files.createDirectory(deep);
        Path path = deep.resolve("s");
        assertThat(path.toString()).hasSize(bytes);
        return path;
    }

    private CompletableFuture<Channel> connect(Endpoint endpoint) {
        return Transport.of(endpoint, false).connect(loops, new Ignore(), Duration.ofSeconds(5));
    }

    private static void leaveStaleSocket(Path path) throws IOException {
        if (Epoll.isAvailable()) {
            Socket socket = Socket.newSocketDomain();
            socket.bind(new DomainSocketAddress(path.toString()));
            socket.close();
        } else {
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(path))
                    .close();
        }
    }

    @Test
    void saysThatAPathIsTooLongForNio() throws Exception {
        assumeFalse(Epoll.isAvailable(), "epoll takes every path that an endpoint may have");
        path = longPath(107);
        String why = "the path has 107 bytes, and here, over nio, the most is 106";
        assertThatThrownBy(() -> listen("unix " + path)).hasMessageContaining(why);
        assertThatThrownBy(() -> connect(new Endpoint.Unix(path.toString())).get())
                .hasMessageContaining(why);
        assertThat(path.getParent()).isEmptyDirectory();
    }

    @Test
    void saysThatAnAbstractNameNeedsTheNativeTransport() {
        assumeFalse(Epoll.isAvailable(), "epoll has abstract names");
        String why = "abstract sockets need Linux and its native transport; use a path";
        assertThatThrownBy(() -> listen("unix @accu-test")).hasMessageContaining(why);
        assertThatThrownBy(() -> connect(Endpoint.parse("unix @accu-test")).get())
                .hasMessageContaining(why);
    }

    @Test
    void listensOnAnAbstractName() throws Exception {
        assumeTrue(Epoll.isAvailable(), "abstract sockets need Linux and epoll");
        Transport transport = Transport.of(Endpoint.parse("unix @accu-test-" + directory.getFileName()), false);
        try (Listener listener = transport.listen(loops, UnixSocketFile.Access.DEFAULT, new Ignore(), new Ignore())) {
            connect(transport.endpoint()).get().close();
            assertThat(listener.endpoint()).isEqualTo(transport.endpoint());
        }
    }

    private Listener listen(String endpoint) {
        return listen(Endpoint.parse(endpoint), UnixSocketFile.Access.DEFAULT);
    }

    private Listener listen(UnixSocketFile.Access access) {
        return listen(new Endpoint.Unix(path.toString()), access);
    }

    private Listener listen(Endpoint endpoint, UnixSocketFile.Access access) {
        return Transport.of(endpoint, false).listen(loops, access, new Ignore(), new Ignore());
    }

    private static UnixSocketFile.Access access(String octal) {
        return new UnixSocketFile.Access(Integer.parseInt(octal, 8), Optional.empty());
    }

    private static UnixSocketFile.Access ofGroup(String group) {
        return new UnixSocketFile.Access(0660, Optional.of(group));
    }

    private void assertConnects() throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    private String mode() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
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
