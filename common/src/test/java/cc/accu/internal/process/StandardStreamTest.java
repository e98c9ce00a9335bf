package cc.accu.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StandardStreamTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "</dev/null >out 2>err | true true true",
                "<in >/dev/null 2>/dev/null | true true true",
                "<&- >out 2>err | false true true",
                "</dev/null >&- 2>err | true false true",
                "</dev/null >out 2>&- | true true false",
                "<&- >&- 2>err | false false true",
                "<&- >out 2>&- | false true false",
                "</dev/null >&- 2>&- | true false false",
                "<&- >&- 2>&- | false false false",
                "</dev/null 1</dev/null 2>err | true false true",
                "<>in 1<>out 2<>err | true true true"
            })
    void tellsWhichWereThere(String redirections, String open) throws Exception {
        assertThat(told(redirections).get(0)).isEqualTo(open);
    }

    /** What is written to a stream that is closed goes into no file, neither one of the JVM nor one opened later. */
    @ParameterizedTest
    @CsvSource({"<&- >&- 2>&-", "</dev/null >&- 2>&-", "</dev/null >out 2>&-", "<&- >out 2>&-", "<&- >&- 2>err"})
    void givesNoDescriptorToAnotherFile(String redirections) throws Exception {
        assertThat(told(redirections).get(1)).isEqualTo("the file has what was written to it");
    }

    @Test
    void readsAFileOfTheJvmThatWasRedirectedOnPurpose() throws Exception {
        assertThat(told("< '" + Path.of(System.getProperty("java.home"), "lib", "modules") + "' >out 2>err")
                        .get(0))
                .isEqualTo("true true true");
    }

    @Test
    void saysWhatIsMissingAndWhatToDo() throws Exception {
        assertThat(told("<&- >out 2>err").get(2))
                .isEqualTo("standard input is closed, and it is read; for nothing there, start it with </dev/null");
    }

    private List<String> told(String redirections) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/fd")), "needs /proc");
        Files.writeString(directory.resolve("in"), "line\n");
        ProcessBuilder builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        "exec " + JAVA + " -XX:TieredStopAtLevel=1 " + StreamProbe.class.getName() + " told "
                                + redirections)
                .directory(directory.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(directory.resolve("told"));
    }
}
