package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what several threads use at once, in all orders that the machine can bring about: the classes named {@code …Stress}.
 * {@code -Daccu.stress=default}, or {@code tough}, does so for as long as evidence takes: see {@code .ci/campaign}.
 */
class StressTest {
    private static final String MODE = System.getProperty("accu.stress", "quick");
    private static final long MOST_MINUTES = MODE.equals("quick") ? 5 : 120;

    @TempDir
    Path directory;

    @Test
    void noOrderOfThreadsLosesAnything() throws IOException, InterruptedException {
        Path report = directory.resolve("report.txt");
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main",
                        "-m",
                        MODE,
                        "-sc",
                        "false",
                        "-jvmArgs",
                        "-XX:+UseSerialGC")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(report.toFile())
                .start();
        try {
            assertThat(run.waitFor(MOST_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            run.destroyForcibly();
        }
        String said = Files.readString(report);
        assertThat(run.exitValue()).as(said).isZero();
        // What could not run at all is no failure to jcstress.
        assertThat(said)
                .containsPattern("\\(Results: (\\d+) planned; \\1 passed, 0 failed, 0 soft errs, 0 hard errs\\)");
    }
}
