package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.server.internal.file.FileOpener;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what is stored, from the first moment on. */
@Timeout(60)
class FileModeTest {
    @TempDir
    Path directory;

    private LogDirectory logs() {
        return new LogDirectory(directory);
    }

    @Test
    void createsEveryFileWithItsMode() throws IOException {
        List<String> created = new ArrayList<>();
        FileOpener watched = (path, options, attributes) -> {
            FileChannel channel = FileChannel.open(path, options, attributes);
            if (options.contains(StandardOpenOption.CREATE_NEW)) {
                created.add(mode(path));
            }
            return channel;
        };
        try (FileWriter writer = logs().open("mode=0600&rotate=4", watched)) {
            LogDirectory.store(writer, "one\ntwo\n");
        }
        assertThat(created).containsExactly("rw-------", "rw-------");
    }

    @Test
    void leavesTheModeOfAFileThatIsThere() throws IOException {
        give(Files.createFile(logs().log()), "rw-r--r--");
        logs().open("mode=0600").close();
        assertThat(mode(logs().log())).isEqualTo("rw-r--r--");
    }

    @Test
    void givesATornLineTheModeOfItsFile() throws IOException {
        give(Files.writeString(logs().log(), "one\ntor"), "rw-------");
        logs().open("mode=0644").close();
        assertThat(logs().siblings("messages.log.torn-"))
                .hasSize(1)
                .allMatch(side -> mode(side).equals("rw-------"));
    }

    @Test
    void givesACompressedFileTheModeOfItsFile() throws IOException {
        Path secret = Files.writeString(directory.resolve("messages.log.20200101T000000000Z"), "one\n");
        give(secret, "rw-------");
        Path open = Files.writeString(directory.resolve("messages.log.20200102T000000000Z"), "two\n");
        give(open, "rw-rw-r--");
        try (FileWriter writer = logs().open("compress=gzip&mode=0644")) {
            await().atMost(10, TimeUnit.SECONDS).until(() -> !Files.exists(secret) && !Files.exists(open));
            LogDirectory.store(writer, "three\n");
        }
        assertThat(mode(Path.of(secret + ".gz"))).isEqualTo("rw-------");
        assertThat(mode(Path.of(open + ".gz"))).isEqualTo("rw-rw-r--");
        assertThat(logs().all()).isEqualTo("one\ntwo\nthree\n");
    }

    private static void give(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
