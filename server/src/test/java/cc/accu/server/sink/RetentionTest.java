package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import cc.accu.testing.ErrorOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What others put beside a file, under the names of rotated ones. */
@Timeout(60)
class RetentionTest {
    private static final String OLD = "messages.log.20200101T000000000Z";
    private static final String NEWER = "messages.log.20210101T000000000Z";
    private static final String NEWEST = "messages.log.20220101T000000000Z";

    @TempDir
    Path root;

    private Path directory;
    private Path secret;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(root.resolve("logs"));
        secret = Files.writeString(root.resolve("secret"), "secret\n");
    }

    private LogDirectory logs() {
        return new LogDirectory(directory);
    }

    /** What is no file of the server's. */
    enum Odd {
        LINK {
            @Override
            void make(Path name, Path secret) throws IOException {
                Files.createSymbolicLink(name, secret);
            }
        },
        DANGLING_LINK {
            @Override
            void make(Path name, Path secret) throws IOException {
                Files.createSymbolicLink(name, secret.resolveSibling("nothing"));
            }
        },
        SECOND_NAME {
            @Override
            void make(Path name, Path secret) throws IOException {
                Files.createLink(name, secret);
            }
        },
        PIPE {
            @Override
            void make(Path name, Path secret) throws IOException {
                try {
                    new ProcessBuilder("mkfifo", name.toString()).start().waitFor();
                } catch (InterruptedException never) {
                    throw new AssertionError(never);
                }
            }
        },
        EMPTY_DIRECTORY {
            @Override
            void make(Path name, Path secret) throws IOException {
                Files.createDirectory(name);
            }
        },
        DIRECTORY {
            @Override
            void make(Path name, Path secret) throws IOException {
                Files.createFile(Files.createDirectory(name).resolve("file"));
            }
        };

        abstract void make(Path name, Path secret) throws IOException;
    }

    private void write(String name, String lines) throws IOException {
        Files.writeString(directory.resolve(name), lines);
    }

    private boolean isThere(String name) {
        return Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    @ParameterizedTest
    @EnumSource
    void compressesTheOthersAndLeavesItAlone(Odd odd) throws IOException {
        odd.make(directory.resolve(OLD), secret);
        write(NEWER, "one\n");
        long start = System.nanoTime();
        try (FileWriter writer = logs().open("compress=gzip&rotate=4")) {
            LogDirectory.store(writer, "two\nsix\n");
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> isThere(NEWER + ".gz")
                            && logs().siblings("messages.log.").stream()
                                    .allMatch(file -> file.endsWith(OLD)
                                            || file.toString().endsWith(".gz")));
            start = System.nanoTime();
        }
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
        assertThat(isThere(OLD)).isTrue();
        assertThat(isThere(OLD + ".gz")).isFalse();
        assertThat(LogDirectory.read(directory.resolve(NEWER + ".gz"))).isEqualTo("one\n");
        assertThat(secret).hasContent("secret");
    }

    @ParameterizedTest
    @EnumSource
    void neitherDeletesNorCountsIt(Odd odd) throws IOException {
        odd.make(directory.resolve(OLD), secret);
        odd.make(directory.resolve("messages.log.29990101T000000000Z.gz"), secret);
        write(NEWER, "one\n");
        write(NEWEST, "two\n");
        try (FileWriter writer = logs().open("keep=2&rotate=4")) {
            LogDirectory.store(writer, "six\n");
            assertThat(isThere(NEWER)).isTrue();
            LogDirectory.store(writer, "ten\n");
            await().atMost(10, TimeUnit.SECONDS).until(() -> !isThere(NEWER));
        }
        assertThat(isThere(OLD)).isTrue();
        assertThat(isThere("messages.log.29990101T000000000Z.gz")).isTrue();
        assertThat(isThere(NEWEST)).isTrue();
        assertThat(secret).hasContent("secret");
    }

    @ParameterizedTest
    @EnumSource
    void replacesNothingThatHasTheNameOfACompressedFile(Odd odd) throws IOException {
        odd.make(directory.resolve(OLD + ".gz"), secret);
        write(OLD, "one\n");
        write(NEWER, "two\n");
        try (FileWriter writer = logs().open("compress=gzip")) {
            await().atMost(10, TimeUnit.SECONDS).until(() -> isThere(NEWER + ".gz") && !isThere(NEWER));
            LogDirectory.store(writer, "three\n");
        }
        assertThat(directory.resolve(OLD)).hasContent("one");
        assertThat(isThere(OLD + ".gz")).isTrue();
        assertThat(secret).hasContent("secret");
    }

    @ParameterizedTest
    @EnumSource
    void touchesNothingThatHasTheNameOfALeftover(Odd odd) throws IOException {
        odd.make(directory.resolve("." + OLD + ".gz.tmp"), secret);
        odd.make(directory.resolve(".messages.log.20190101T000000000Z.gz.tmp"), secret);
        write(".messages.log.notes.gz.tmp", "somebody's\n");
        write(OLD, "one\n");
        write(NEWER, "two\n");
        try (FileWriter writer = logs().open("compress=gzip")) {
            await().atMost(10, TimeUnit.SECONDS).until(() -> isThere(NEWER + ".gz") && !isThere(NEWER));
            LogDirectory.store(writer, "three\n");
        }
        assertThat(isThere(".messages.log.notes.gz.tmp")).isTrue();
        assertThat(isThere(".messages.log.20190101T000000000Z.gz.tmp")).isTrue();
        assertThat(isThere("." + OLD + ".gz.tmp")).isTrue();
        assertThat(directory.resolve(OLD)).hasContent("one");
        assertThat(secret).hasContent("secret");
    }

    @ParameterizedTest
    @EnumSource
    void beginsNewFilesThoughItHasTheNameTheyAreMadeUnder(Odd odd) throws IOException {
        odd.make(directory.resolve(".messages.log.new"), secret);
        try (FileWriter writer = logs().open("rotate=4")) {
            LogDirectory.store(writer, "one\ntwo\n");
        }
        assertThat(isThere(".messages.log.new")).isTrue();
        assertThat(logs().siblings(".messages.log.new")).hasSize(1);
        assertThat(logs().all()).isEqualTo("one\ntwo\n");
        assertThat(secret).hasContent("secret");
    }

    @Test
    void saysOnceWhatItPassesOver() throws IOException {
        Odd.DIRECTORY.make(directory.resolve(OLD), secret);
        try (ErrorOutput log = ErrorOutput.captured()) {
            try (FileWriter writer = logs().open("compress=gzip&keep=3&rotate=4")) {
                for (int i = 0; i < 8; i++) {
                    LogDirectory.store(writer, "one\n");
                    int rotated = i;
                    await().atMost(10, TimeUnit.SECONDS)
                            .until(() -> logs().siblings("messages.log.2").stream()
                                            .filter(file -> file.toString().endsWith(".gz"))
                                            .count()
                                    == Math.min(rotated, 3));
                }
            }
            assertThat(log.text())
                    .containsOnlyOnce(OLD)
                    .contains(
                            "file:" + logs().log() + ": " + directory.resolve(OLD) + " is left as it is", "directory");
        }
    }

    @Test
    void looksAfterFilesThoughOneHasTheLastTimeThereIs() throws IOException {
        write("messages.log.99991231T235959999Z", "one\n");
        try (FileWriter writer = logs().open("compress=gzip&keep=3&rotate=4")) {
            for (int i = 0; i < 8; i++) {
                LogDirectory.store(writer, "two\n");
            }
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> logs().siblings("messages.log.").size() == 3
                            && logs().siblings("messages.log.").stream()
                                    .allMatch(file -> file.toString().endsWith(".gz")));
        }
    }

    @Test
    void goesOnWithTheOthersWhenOneCannotBeDeleted() throws Exception {
        write(OLD, "one\n");
        write(NEWER, "two\n");
        assumeThat(chattr("+i", OLD))
                .as("making a file immutable, which takes root")
                .isTrue();
        try (FileWriter writer = logs().open("compress=gzip&keep=2&rotate=4")) {
            for (int i = 0; i < 4; i++) {
                LogDirectory.store(writer, "six\n");
            }
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> logs().siblings("messages.log.").size() == 3
                            && logs().siblings("messages.log.").stream()
                                    .allMatch(file -> file.endsWith(OLD)
                                            || file.toString().endsWith(".gz")));
            assertThat(isThere(NEWER)).isFalse();
            assertThat(isThere(OLD)).isTrue();
        } finally {
            chattr("-i", OLD);
        }
    }

    @Test
    void leavesNoCopyOfWhatItCannotDelete() throws Exception {
        write(OLD, "one\n");
        write(NEWER, "two\n");
        assumeThat(chattr("+i", OLD))
                .as("making a file immutable, which takes root")
                .isTrue();
        try (FileWriter writer = logs().open("compress=gzip")) {
            await().atMost(10, TimeUnit.SECONDS).until(() -> isThere(NEWER + ".gz") && !isThere(NEWER));
            LogDirectory.store(writer, "six\n");
            assertThat(logs().all()).isEqualTo("one\ntwo\nsix\n");
        } finally {
            chattr("-i", OLD);
        }
    }

    private boolean chattr(String change, String name) throws Exception {
        return new ProcessBuilder("chattr", change, directory.resolve(name).toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void keepsNoMoreBytesThanItMay() throws IOException {
        write("messages.log.20200101T000000000Z", "x".repeat(1000));
        write("messages.log.torn-20210101T000000000Z", "x".repeat(1000));
        write("messages.log.20220101T000000000Z", "x".repeat(1000));
        try (FileWriter writer = logs().open("rotate=1000&keep-size=2500")) {
            await().atMost(10, TimeUnit.SECONDS).until(() -> !isThere("messages.log.20200101T000000000Z"));
            assertThat(isThere("messages.log.torn-20210101T000000000Z")).isTrue();
            LogDirectory.store(writer, "y".repeat(999) + "\n");
            LogDirectory.store(writer, "y".repeat(999) + "\n");
            await().atMost(10, TimeUnit.SECONDS).until(() -> !isThere("messages.log.torn-20210101T000000000Z"));
            assertThat(isThere("messages.log.20220101T000000000Z")).isTrue();
            assertThat(logs().rotated()).hasSize(2);
        }
    }
}
