package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Maven project that depends on the two libraries as the README says, with the libraries that Spring Boot manages. */
@Timeout(300)
final class EmbeddedInMavenProjectIT {
    private static final Pattern IN_TREE = Pattern.compile("- ([\\w.]+:[\\w-]+):");
    private static final Pattern LOGBACK_LINE =
            Pattern.compile("^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[.+] DEBUG ", Pattern.MULTILINE);

    @BeforeAll
    static void installs() throws Exception {
        MavenProject.installLibraries();
    }

    @Test
    void bringsNettySlf4jAndJspecifyAndNoMore() throws Exception {
        Set<String> brought = new TreeSet<>(IN_TREE.matcher(withBoot4().tree())
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList());
        brought.removeIf(artifact -> artifact.startsWith("cc.accu:") || artifact.startsWith("ch.qos.logback:"));
        assertThat(brought)
                .containsExactly(
                        "io.netty:netty-all",
                        "io.netty:netty-buffer",
                        "io.netty:netty-codec-base",
                        "io.netty:netty-codec-haproxy",
                        "io.netty:netty-common",
                        "io.netty:netty-handler",
                        "io.netty:netty-resolver",
                        "io.netty:netty-transport",
                        "io.netty:netty-transport-classes-epoll",
                        "io.netty:netty-transport-classes-kqueue",
                        "io.netty:netty-transport-native-epoll",
                        "io.netty:netty-transport-native-kqueue",
                        "io.netty:netty-transport-native-unix-common",
                        "org.jspecify:jspecify",
                        "org.slf4j:slf4j-api");
    }

    @Test
    void runsOnTheClassPath() throws Exception {
        MavenProject project = withBoot4();
        runs(project, "-cp", project.path(), "demo.Demo");
    }

    @Test
    void runsOnTheModulePath() throws Exception {
        MavenProject project = withBoot4();
        runs(project, "--module-path", project.path(), "--module", "demo/demo.Demo");
    }

    @Test
    void saysWhatToSetWithTheNettyOfSpringBoot3() throws Exception {
        MavenProject project = MavenProject.withBoot("boot3", List.of());
        try (Jar program = project.run("-cp", project.path(), "demo.Demo")) {
            assertThat(program.ends()).isEqualTo(1);
            assertThat(program.err())
                    .containsPattern(
                            "IllegalStateException: accu needs Netty 4\\.2, and this program has 4\\.1\\.\\d+\\.Final: "
                                    + "set netty\\.version to 4\\.2\\.x\n");
        }
    }

    @Test
    void theLibrariesHaveOurClassesAlone() throws Exception {
        for (String module : MavenProject.LIBRARIES) {
            assertThat(MavenProject.entriesOf(module))
                    .contains("module-info.class")
                    .allMatch(name -> name.matches("module-info\\.class|(cc/|cc/accu/|META-INF/).*"));
        }
    }

    private static MavenProject withBoot4() throws Exception {
        return MavenProject.withBoot("boot4", List.of("cc.accu.server", "cc.accu.client"));
    }

    private static void runs(MavenProject project, String... words) throws Exception {
        try (Jar program = project.run(words)) {
            assertThat(program.ends()).as(program.err()).isZero();
            assertThat(program.out().lines()).contains("hello from a program", "over a Unix socket", "both are stored");
            assertThat(program.out()).containsPattern(LOGBACK_LINE);
            assertThat(program.err()).doesNotContain("SLF4J");
            assertThat(Path.of(project.path().split(File.pathSeparator, 2)[0])).isDirectory();
        }
    }
}
