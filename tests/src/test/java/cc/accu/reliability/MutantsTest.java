package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The patches with which {@code .ci/mutants} breaks main code still fit it, and say what has to see them. */
@Timeout(60)
final class MutantsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern FAULT = Pattern.compile("^Fault: (?:--rounds=\\d+ )?(\\S+)$", Pattern.MULTILINE);
    private static final Pattern REPORT = Pattern.compile("^Report: (.+)$", Pattern.MULTILINE);
    private static final Pattern WHAT = Pattern.compile("^What: (.+)$", Pattern.MULTILINE);

    @BeforeAll
    static void hasGit() {
        List<String> missing = Shell.missing("git");
        if (!missing.isEmpty()) {
            System.out.println("skipped MutantsTest: " + missing.get(0));
        }
        assumeTrue(missing.isEmpty(), missing.toString());
    }

    static List<Path> patches() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("mutants"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("patches")
    void stillApplies(Path patch) throws Exception {
        Process check = new ProcessBuilder(
                        "git", "apply", "--check", patch.toAbsolutePath().toString())
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), UTF_8);
        assertThat(check.waitFor())
                .as(said + "see docs/reliability.md, Mutants")
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("patches")
    void saysWhichFaultSeesIt(Path patch) throws IOException {
        String text = Files.readString(patch);
        assertThat(text).contains("/src/main/");
        assertThat(WHAT.matcher(text).find()).isTrue();
        assertThat(REPORT.matcher(text).results().map(found -> Pattern.compile(found.group(1))))
                .hasSize(1);
        assertThat(FAULT.matcher(text).results().map(found -> Fault.named(found.group(1))))
                .hasSize(1);
    }
}
