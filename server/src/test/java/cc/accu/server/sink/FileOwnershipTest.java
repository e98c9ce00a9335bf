package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.FileOpener;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileOwnershipTest {
    @TempDir
    Path directory;

    private LogDirectory logs() {
        return new LogDirectory(directory);
    }

    private Path lock() {
        return directory.resolve(".messages.log.lock");
    }

    private void refusesItsLock(String why) {
        assertThatThrownBy(() -> logs().open("").close())
                .isInstanceOf(SinkException.class)
                .hasMessage(
                        "cannot open file:%s: its lock %s is not a file of this server's: %s; remove it when no"
                                + " server runs, or choose another path",
                        logs().log(), lock(), why);
        assertThat(logs().log()).doesNotExist();
    }

    @Test
    void leavesTheTargetOfALinkAlone() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "somebody's\n");
        Files.createSymbolicLink(lock(), target);
        refusesItsLock("it is a symbolic link");
        assertThat(target).hasContent("somebody's");
    }

    @Test
    void leavesAFileWithAnotherNameAlone() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "somebody's\n");
        Files.createLink(lock(), other);
        refusesItsLock("it has another name as well (a hard link)");
        assertThat(other).hasContent("somebody's");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".messages.log.lock",
                ".messages.log.new",
                "messages.log.20261124T201439123Z",
                "messages.log.20261124T201439123Z.gz",
                ".messages.log.20261124T201439123Z.gz.tmp",
                "messages.log.torn-20261124T201439123Z"
            })
    void refusesTheNamesThatAnotherSinkUses(String name) throws IOException {
        FileAddress other = FileAddress.parse(directory.resolve(name).toString(), Optional.empty());
        try (FileWriter first = logs().open("")) {
            assertThatThrownBy(() -> FileWriter.open(other).close())
                    .isInstanceOf(SinkException.class)
                    .hasMessageContaining("use each other's names");
        }
        try (FileWriter first = FileWriter.open(other)) {
            assertThatThrownBy(() -> logs().open("").close())
                    .isInstanceOf(SinkException.class)
                    .hasMessageContaining("use each other's names");
        }
    }

    @Test
    void takesItsLockAgainWhenSomebodyRemovedIt() throws IOException {
        AtomicLong seconds = new AtomicLong(10);
        try (FileWriter writer = logs().open("", FileOpener.DISK, () -> TimeUnit.SECONDS.toNanos(seconds.get()))) {
            LogDirectory.store(writer, "one\n");
            Files.delete(lock());
            seconds.addAndGet(1);
            LogDirectory.store(writer, "two\n");
            assertThat(lock()).exists();
        }
        assertThat(logs().text()).isEqualTo("one\ntwo\n");
    }

    @Test
    void refusesADirectory() throws IOException {
        Files.createDirectory(lock());
        refusesItsLock("it is a directory");
    }

    @Test
    void refusesAPipeWithoutWaitingForIt() throws Exception {
        new ProcessBuilder("mkfifo", lock().toString()).start().waitFor();
        refusesItsLock("it is a pipe");
    }

    @Test
    void refusesASocket() throws IOException {
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(lock()));
            refusesItsLock("it is a socket");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "process 1, began 99999999999999999999999999\n",
                "process 99999999999999999999999999, began 1\n",
                "process 1, began 999999999999999999\n",
                "process 12",
                "\0\0\0\0\0\0\0\0\0\0",
                "gr\u00fc\u00df gott\n"
            })
    void startsWhateverItsLockSays(String note) throws IOException {
        Files.writeString(lock(), note);
        Files.writeString(logs().log(), "old\n");
        try (FileWriter writer = logs().open("rotate=1h")) {
            LogDirectory.store(writer, "new\n");
        }
        assertThat(lock())
                .content()
                .matches("process " + ProcessHandle.current().pid() + ", began \\d{13}\n");
        assertThat(logs().all()).isEqualTo("old\nnew\n");
    }

    @Test
    void writesNothingIntoAFileThatIsLargerThanANote() throws IOException {
        String large = "somebody's\n".repeat(10_000);
        Files.writeString(lock(), large);
        try (FileWriter writer = logs().open("")) {
            LogDirectory.store(writer, "line\n");
        }
        assertThat(lock()).hasContent(large);
    }

    @Test
    void isForTheOwnerAloneWhateverTheUmask() throws IOException {
        for (String umask : new String[] {"000", "022", "077"}) {
            LogDirectory logs = new LogDirectory(Files.createDirectory(directory.resolve(umask)));
            JavaProgram.Ended ended = JavaProgram.run(
                    "umask " + umask + "; exec \"$@\"", FileOpeningTest.Holder.class, logs.log() + "?mode=0664");
            assertThat(ended.output()).as(ended.errors()).isEqualTo("open\n");
            assertThat(mode(logs.path().resolve(".messages.log.lock"))).isEqualTo("rw-------");
            assertThat(mode(logs.log())).isEqualTo("rw-rw-r--");
        }
    }

    @Test
    void keepsTheModeOfALockThatIsThere() throws IOException {
        Files.createFile(lock());
        Files.setPosixFilePermissions(lock(), PosixFilePermissions.fromString("rw-r--r--"));
        logs().open("").close();
        assertThat(mode(lock())).isEqualTo("rw-r--r--");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void keepsItsLockWhenAnotherNameOfTheDirectoryIsTried() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        try (FileWriter writer = logs().open("")) {
            assertThatThrownBy(() -> new LogDirectory(link).open("").close())
                    .hasMessageContaining("another sink of this process writes to it");
            LogDirectory.store(writer, "line\n");
        }
    }
}
