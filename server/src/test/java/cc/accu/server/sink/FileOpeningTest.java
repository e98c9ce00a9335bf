package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import cc.accu.server.internal.file.FoundFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileOpeningTest {
    @TempDir
    Path directory;

    private LogDirectory logs() {
        return new LogDirectory(directory);
    }

    private void refuses(String why) {
        assertThatThrownBy(() -> logs().open("").close())
                .isInstanceOf(SinkException.class)
                .hasMessageStartingWith("cannot open file:" + logs().log() + ": " + why);
    }

    @Test
    void refusesASymbolicLink() throws IOException {
        Path target = Files.createFile(directory.resolve("target"));
        Files.createSymbolicLink(logs().log(), target);
        refuses("it is a symbolic link; name the file itself");
        assertThat(target).isEmptyFile();
    }

    /** Whoever put it there could read what is stored. */
    @Test
    void refusesAFileOfAnotherUserWhereEverybodyCanPutOne() throws IOException {
        assumeThat(FoundFile.ProcessUser.isKnown() && FoundFile.ProcessUser.id() == 0)
                .as("runs as root")
                .isTrue();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setAttribute(Files.createFile(logs().log()), "unix:uid", 12345);
        refuses("it belongs to another user (uid 12345), who could put it there as everybody can; remove it, or name a"
                + " file in a directory of your own");
        assertThat(logs().log()).isEmptyFile();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
        logs().open("").close();
    }

    @Test
    void refusesADirectory() throws IOException {
        Files.createDirectory(logs().log());
        refuses("it is a directory; name a file in it");
    }

    @Test
    void refusesAPipe() throws Exception {
        new ProcessBuilder("mkfifo", logs().log().toString()).start().waitFor();
        refuses("it is a pipe; name a regular file");
    }

    @Test
    void refusesADirectoryThatIsNotThere() {
        LogDirectory missing = new LogDirectory(directory.resolve("missing"));
        assertThatThrownBy(() -> missing.open("").close())
                .hasMessageContaining(": the directory " + missing.path() + " does not exist; create it");
    }

    @Test
    void refusesADirectoryThatIsAFile() throws IOException {
        LogDirectory file = new LogDirectory(Files.createFile(directory.resolve("file")));
        assertThatThrownBy(() -> file.open("").close()).hasMessageContaining("is not a directory");
    }

    @Test
    void refusesADevice() {
        assertThatThrownBy(() -> Sinks.parse("file:/dev/full").open().close())
                .hasMessage(
                        "cannot open file:/dev/full: it is a device; name a regular file, or another sink: stdout or"
                                + " discard");
        assertThat(Path.of("/dev/.full.lock")).doesNotExist();
    }

    @Test
    void namesTheFirstPartOfThePathThatIsWrong() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nothing"));
        Path circle = directory.resolve("circle");
        Files.createSymbolicLink(circle, circle);
        refuses(directory.resolve("a/b/c"), "the directory " + directory.resolve("a") + " does not exist; create it");
        refuses(file.resolve("a/b"), file + " is not a directory; choose another path");
        refuses(link, link + " is a symbolic link that leads nowhere");
        refuses(circle, circle + " is a symbolic link that leads nowhere");
    }

    private static void refuses(Path parent, String why) {
        LogDirectory logs = new LogDirectory(parent);
        assertThatThrownBy(() -> logs.open("").close())
                .hasMessageStartingWith("cannot open file:" + logs.log() + ": " + why);
    }

    @Test
    void refusesANameThatLeavesNoRoomForThoseOfRotatedFiles() {
        for (int length : new int[] {228, 255}) {
            String address = "file:" + directory.resolve("x".repeat(length));
            assertThatThrownBy(() -> Sinks.parse(address).open().close())
                    .hasMessage("cannot open " + address
                            + ": its name is too long: a rotated file's is 28 bytes longer;" + " choose a shorter one");
        }
        String longer = "file:" + directory.resolve("x".repeat(300));
        assertThatThrownBy(() -> Sinks.parse(longer).open().close())
                .hasMessage("cannot open " + longer + ": its name is too long; choose a shorter one");
        assertThat(directory).isEmptyDirectory();
        Sinks.parse("file:" + directory.resolve("x".repeat(227))).open().close();
    }

    @Test
    void saysThatAFileMayNotBeChanged() throws Exception {
        Files.createFile(logs().log());
        assumeThat(run("chattr", "+i", logs().log().toString()))
                .as("making a file immutable, which takes root")
                .isZero();
        try {
            refuses("the system does not permit it; see with lsattr whether");
        } finally {
            run("chattr", "-i", logs().log().toString());
        }
    }

    @Test
    void saysThatTheFileSystemIsReadOnly() throws Exception {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "ro", "accu-test", directory.toString()))
                .as("mounting a tmpfs, which takes root")
                .isZero();
        try {
            refuses("its file system is read-only (" + directory.resolve(".messages.log.lock")
                    + "); mount it writable");
        } finally {
            run("umount", directory.toString());
        }
    }

    @Test
    void saysWhichDirectoryMayNotBeWrittenTo() throws IOException {
        assumeThat(FoundFile.ProcessUser.id()).as("root may write everywhere").isNotZero();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        refuses("permission denied; this user must be able to create files in " + directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void refusesAFileThatASinkOfThisProcessHas() throws IOException {
        try (FileWriter first = logs().open("")) {
            refuses("another sink of this process writes to it; name each file once");
            LogDirectory.store(first, "one\n");
        }
        logs().open("").close();
    }

    @Test
    void refusesAFileThatAnotherProcessHas() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        logs().log().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader says = other.inputReader()) {
            assertThat(says.readLine()).isEqualTo("open");
            refuses("process " + other.pid() + " writes to it, and holds ");
            refuses("process " + other.pid() + " writes to it, and holds ");
        } finally {
            other.getOutputStream().close();
            other.onExit().join();
        }
        logs().open("").close();
    }

    /** Has a file sink open until its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (Sink sink = Sinks.parse("file:" + arguments[0]).open()) {
                System.out.println("open");
                int end = System.in.read();
                assertThat(end).isNegative();
            }
        }
    }

    @Test
    void givesANewFileItsMode() throws IOException {
        logs().open("mode=0604").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(logs().log())))
                .isEqualTo("rw----r--");
    }

    @Test
    void setsATornLineAsideWhereverItWasCut() throws IOException {
        String whole = "one\ntwo\n\nthree\n";
        for (int cut = 0; cut <= whole.length(); cut++) {
            LogDirectory logs = new LogDirectory(Files.createDirectory(directory.resolve("cut" + cut)));
            String left = whole.substring(0, cut);
            Files.writeString(logs.log(), left);
            try (FileWriter writer = logs.open("")) {
                LogDirectory.store(writer, "next\n");
            }
            String kept = left.substring(0, left.lastIndexOf('\n') + 1);
            String torn = left.substring(kept.length());
            assertThat(logs.text()).isEqualTo(kept + "next\n");
            assertThat(logs.rotated()).isEmpty();
            assertThat(logs.siblings("messages.log.torn-").stream().map(LogDirectory::read))
                    .containsExactlyElementsOf(torn.isEmpty() ? java.util.List.of() : java.util.List.of(torn));
        }
    }

    @Test
    void findsATornLineThatIsLongerThanWhatItReadsAtOnce() throws IOException {
        Files.writeString(logs().log(), "one\n" + "x".repeat(200_000));
        logs().open("").close();
        assertThat(logs().text()).isEqualTo("one\n");
        assertThat(logs().siblings("messages.log.torn-"))
                .hasSize(1)
                .allMatch(side -> LogDirectory.read(side).equals("x".repeat(200_000)));
    }

    @Test
    void goesOnInANewFileWhenItsOwnWasMovedAndItIsAskedTo() throws IOException {
        try (FileWriter writer = logs().open("")) {
            LogDirectory.store(writer, "one\n");
            writer.reopen();
            Path moved = directory.resolve("moved");
            Files.move(logs().log(), moved);
            LogDirectory.store(writer, "two\n");
            assertThat(moved).hasContent("one\ntwo");
            writer.reopen();
            LogDirectory.store(writer, "three\n");
            assertThat(moved).hasContent("one\ntwo");
            assertThat(logs().text()).isEqualTo("three\n");
        }
    }

    @Test
    void keepsItsFileWhenItCannotReopen() throws IOException {
        try (FileWriter writer = logs().open("")) {
            Path moved = directory.resolve("moved");
            Files.move(logs().log(), moved);
            Files.createDirectory(logs().log());
            writer.reopen();
            LogDirectory.store(writer, "one\n");
            assertThat(moved).hasContent("one");
        }
    }

    @Test
    void doesNotRotateWhatSomebodyElseRotatesUntilItIsAskedToReopen() throws IOException {
        Path moved = directory.resolve("moved");
        try (FileWriter writer = logs().open("rotate=4")) {
            LogDirectory.store(writer, "one\n");
            Files.move(logs().log(), moved);
            LogDirectory.store(writer, "two\n");
            assertThat(logs().log()).doesNotExist();
            writer.reopen();
            LogDirectory.store(writer, "three\n");
        }
        assertThat(moved).hasContent("one\ntwo");
        assertThat(logs().text()).isEqualTo("three\n");
        assertThat(logs().rotated()).isEmpty();
    }

    @Test
    void goesOnWhereAFileEndsThatSomebodyTruncated() throws IOException {
        try (FileWriter writer = logs().open("sync=never")) {
            LogDirectory.store(writer, "one\n");
            Files.write(logs().log(), new byte[0]);
            LogDirectory.store(writer, "two\n");
        }
        assertThat(logs().text()).isEqualTo("two\n");
    }
}
