package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/runbook.md} explains every warning and error of the log, and every alert. */
class RunbookPageTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("docs/runbook.md");
    private static final Pattern LOGGED =
            Pattern.compile("LOG\\s*\\.(?:warn|error)\\([^\"();]*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern FIRST_COLUMN = Pattern.compile("(?m)^\\| (`.*?`) \\| ");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern HOW_OFTEN = Pattern.compile("(?:; | \\()\\{\\} \\w+ since the last report\\)$");
    private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");
    private static final int SAYS_SOMETHING = 6;

    @Test
    void explainsEachWarningAndError() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(logged())
                .hasSizeGreaterThan(60)
                .allSatisfy(line -> assertThat(parts(line, "\\{\\}"))
                        .allSatisfy(part -> assertThat(page).as(line).contains(part)));
    }

    @Test
    void explainsNoneThatThereIsNot() throws IOException {
        List<String> logged = logged();
        String page = Files.readString(PAGE);
        List<String> explained = FIRST_COLUMN
                .matcher(page.substring(0, page.indexOf("## Alerts")))
                .results()
                .flatMap(row -> QUOTED.matcher(row.group(1)).results())
                .map(quoted -> quoted.group(1))
                .toList();
        assertThat(explained)
                .hasSizeGreaterThan(60)
                .allSatisfy(line -> assertThat(logged)
                        .anySatisfy(known -> assertThat(parts(line, "…"))
                                .allSatisfy(part -> assertThat(known).contains(part))));
    }

    @Test
    void explainsEachAlert() throws IOException {
        Matcher alerts = ALERT.matcher(Files.readString(ROOT.resolve("docs/monitoring/alerts.yml")));
        String page = Files.readString(PAGE);
        assertThat(alerts.results().map(alert -> alert.group(1)))
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(page).contains("`" + alert + "`"));
    }

    /** What is the same in each of those lines. */
    private static List<String> parts(String line, String gap) {
        return Stream.of(line.split(gap))
                .map(String::strip)
                .filter(part -> part.length() >= SAYS_SOMETHING)
                .toList();
    }

    private static List<String> logged() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String module : List.of("common", "server", "client")) {
            for (String source : sources(ROOT.resolve(module).resolve("src/main/java"))) {
                for (MatchResult call : LOGGED.matcher(source).results().toList()) {
                    String line = LITERAL.matcher(call.group(1))
                            .results()
                            .map(literal -> literal.group(1))
                            .collect(Collectors.joining());
                    lines.add(HOW_OFTEN.matcher(line).replaceFirst(""));
                }
            }
        }
        return lines;
    }

    private static List<String> sources(Path directory) throws IOException {
        List<String> sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().endsWith(".java")) {
                    sources.add(Files.readString(file));
                }
            }
        }
        return sources;
    }
}
