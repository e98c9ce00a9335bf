package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fails when a start has come to need many more classes of the jar, which is what most of its time goes to. */
@Timeout(60)
final class StartGuardIT {
    private static final int RECORDED_CLASSES = 586;

    @TempDir
    private Path directory;

    @Test
    void listensWithFewClasses() throws Exception {
        List<String> loaded = classesAtStart("server");
        assertThat(loaded).hasSizeBetween(RECORDED_CLASSES / 2, RECORDED_CLASSES * 5 / 4);
        assertThat(loaded).noneMatch(line -> line.contains("io.netty.buffer.Adaptive"));
    }

    @Test
    void loadsNothingOfKafkaWhereNoSinkIsOnKafka() throws Exception {
        List<String> loaded = classesAtStart("server-kafka");
        assertThat(loaded).hasSizeBetween(RECORDED_CLASSES / 2, RECORDED_CLASSES * 5 / 4);
        assertThat(loaded).noneMatch(line -> line.contains("org.apache.kafka"));
    }

    private List<String> classesAtStart(String jar) throws Exception {
        Path log = directory.resolve("classes");
        List<String> words = new ArrayList<>(Jar.command(jar, "tcp", "127.0.0.1:0", "--to", "discard"));
        words.add(1, "-Xlog:class+load:file=" + log);
        try (Jar server = Jar.start(words, directory)) {
            server.awaitReady();
            return Files.readAllLines(log).stream()
                    .filter(line -> line.contains(jar + ".jar"))
                    .toList();
        }
    }

    @Test
    void saysWhichJarKnowsKafka() throws Exception {
        try (Jar server = Jar.start("server", directory, "tcp", "127.0.0.1:0", "--to", "kafka://127.0.0.1:1/t")) {
            assertThat(server.ends()).isEqualTo(1);
            assertThat(server.errLines())
                    .singleElement()
                    .asString()
                    .contains("take server-kafka.jar in place of server.jar");
        }
    }
}
