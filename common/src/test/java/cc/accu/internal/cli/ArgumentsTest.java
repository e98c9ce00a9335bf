package cc.accu.internal.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ArgumentsTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void leavesAsciiAsItIs() {
        assertThat(Arguments.asTyped("tcp", ":3000", "", "a b")).containsExactly("tcp", ":3000", "", "a b");
    }

    @Test
    void refusesWhatTheJvmLostAndTheSystemDoesNotTell() {
        assertThatThrownBy(() -> Arguments.asTyped("tcp", "\uFFFD"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set LC_ALL=C.UTF-8, or send it on standard input");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSIX", "C.UTF-8"})
    void hasTheBytesWhateverTheLocale(String locale) throws Exception {
        String words = "'caf\\351' '' 'gr\\303\\274' 'x=1' '\\357\\277\\275'";
        assertThat(echoed(locale, "", words)).isEqualTo(List.of("636166e9", "", "6772c3bc", "783d31", "efbfbd"));
    }

    @Test
    void hasTheBytesWithWordsOfTheLauncher() throws Exception {
        Path file = Files.writeString(directory.resolve("options"), "-Da=b\n");
        assertThat(echoed("POSIX", "@" + file, "'@\\303\\274' '@options'"))
                .isEqualTo(List.of("40c3bc", "406f7074696f6e73"));
    }

    @Test
    void refusesWordsThatComeFromAFileOfTheLauncher() throws Exception {
        Path file = directory.resolve("words");
        Files.write(file, (EchoProbe.class.getName() + " caf\u00e9 b\n").getBytes(ISO_8859_1));
        assertThat(echoed("POSIX", "@" + file, null)).containsExactly("refused");
    }

    /** What the probe printed for words with octal escapes, which come behind its name unless they are null. */
    private List<String> echoed(String locale, String option, @Nullable String words)
            throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/cmdline")), "needs /proc");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        StringBuilder script = new StringBuilder("exec " + java + " " + option);
        if (words != null) {
            script.append(' ').append(EchoProbe.class.getName());
            for (String word : words.split(" ", -1)) {
                script.append(" \"$(printf ").append(word).append(")\"");
            }
        }
        Path out = directory.resolve("out");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script.toString()).redirectOutput(out.toFile());
        builder.environment().put("LC_ALL", locale);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Dtool=1");
        builder.environment().put("JDK_JAVA_OPTIONS", "-Djdk=1");
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new ArrayList<>(Files.readAllLines(out));
    }
}
