package cc.accu.internal.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a command says on standard error, of text that somebody outside has made up. */
@Timeout(60)
class ForgedLinesTest {
    @Test
    void neitherForgesALineNorDrivesATerminal() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dstderr.encoding=UTF-8",
                        "-Dfile.encoding=UTF-8",
                        "-Dsun.stderr.encoding=UTF-8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LogProbe.class.getName())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String errors = new String(process.getErrorStream().readAllBytes(), UTF_8);
        process.onExit().join();
        String shown = "\\u001b]0;owned\\u0007\\u009b2J\\u000a2026-11-27T00:00:00.000Z forged\\u000d\\u202e";
        assertThat(errors.lines())
                .anyMatch(line -> line.matches("[-0-9T:.Z+]+ WARN.* peer said .*") && line.endsWith(shown))
                .contains("probe: " + shown, "java.io.IOException: " + shown)
                .noneMatch(line -> line.contains("forged") && !line.contains("owned"));
        assertThat(errors).doesNotContainPattern("[\\p{Cc}&&[^\t\n]]").doesNotContain("\u202e");
    }
}
