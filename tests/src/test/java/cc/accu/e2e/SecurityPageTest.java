package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/security.md} promises nothing that no test shows, and no message that is not in the sources. */
class SecurityPageTest {
    private static final int COLUMNS = 4;
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern JOINED = Pattern.compile("\"\\s*\\+\\s*\"");

    /** The cells of each row of a table. */
    private static List<String[]> rows() throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "security.md")).stream()
                .filter(line -> line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| threat"))
                .map(line -> line.substring(1, line.length() - 1).split("\\|", -1))
                .toList();
    }

    private static List<String> code(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    private static List<Path> sources(String part) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("common", "server", "client", "tests")) {
            Path directory = Path.of("..", module, "src", part);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> all = Files.walk(directory)) {
                    all.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void namesForEachThreatTestsThatExist() throws IOException {
        Set<String> tests = sources("test").stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        assertThat(rows()).hasSizeGreaterThan(20).allSatisfy(row -> {
            assertThat(row).hasSize(COLUMNS);
            assertThat(code(row[3])).as(Arrays.toString(row)).isNotEmpty();
            assertThat(tests).containsAll(code(row[3]));
        });
    }

    @Test
    void showsMessagesThatAreSaid() throws IOException {
        String main = JOINED.matcher(
                        sources("main").stream().map(SecurityPageTest::read).collect(Collectors.joining("\n")))
                .replaceAll("");
        assertThat(rows()).allSatisfy(row -> {
            for (String message : code(row[2])) {
                assertThat(main.contains(message) || message.matches("err N [a-z-]+"))
                        .as(message)
                        .isTrue();
            }
        });
    }
}
