package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code docs/options.md} has the options that the commands have. */
@Timeout(60)
final class OptionsPageIT {
    private static final Path PAGE = Path.of("..", "docs", "options.md");

    /** The first word of a line of the help, a short form in front of it not counted. */
    private static final Pattern IN_HELP = Pattern.compile("^ {0,8}(?:-\\w, +)?(--[a-z][a-z-]+)", Pattern.MULTILINE);

    private static final Pattern ON_PAGE = Pattern.compile("^\\| (?:`-\\w`, )?`(--[a-z][a-z-]+)", Pattern.MULTILINE);

    /** An option, and what is in the column of defaults. */
    private static final Pattern ROW =
            Pattern.compile("^\\| (?:`-\\w`, )?`(--[a-z-]+).*?(?<!\\\\)\\| (.*?) ?(?<!\\\\)\\|", Pattern.MULTILINE);

    /** One that has a single word as its default. */
    private static final Pattern WITH_DEFAULT =
            Pattern.compile("\\.B (?:-\\w, )?(--[a-z-]+).*\n.*\\(default: ([\\w.]+)\\)");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "server, '', Server",
        "client, '', Client",
        "client, ping, Client: ping",
        "client, bench, Client: bench",
        "client, tail, Client: tail",
        "client, top, Client: top",
        "client, certs, Client: certs"
    })
    void hasTheOptionsThatTheCommandHas(String jar, String subcommand, String heading) throws Exception {
        String help = help(jar, subcommand, "--help");
        Set<String> known = names(IN_HELP, help.contains("--help-all") ? help(jar, subcommand, "--help-all") : help);
        assertThat(known).hasSizeGreaterThan(3).contains("--help", "--version").containsAll(names(IN_HELP, help));
        known.removeAll(Set.of("--help", "--help-all", "--version"));
        assertThat(names(ON_PAGE, section(heading))).isEqualTo(known);
        assertThat(Files.readString(PAGE)).contains("`--help`", "`--help-all`", "`--version`");
    }

    @ParameterizedTest
    @CsvSource({
        "server, OPTIONS, Server",
        "client, SEND, Client",
        "client, PING, Client: ping",
        "client, BENCH, Client: bench",
        "client, TOP, Client: top",
        "client, CERTS, Client: certs"
    })
    void hasTheirDefaults(String jar, String inManual, String heading) throws Exception {
        String manual;
        try (Jar command = Jar.start(jar, directory, "man")) {
            assertThat(command.ends()).isZero();
            manual = command.out().replace("\\-", "-");
        }
        Map<String, String> onPage = new TreeMap<>();
        ROW.matcher(section(heading)).results().forEach(row -> onPage.put(row.group(1), row.group(2)));
        assertThat(WITH_DEFAULT
                        .matcher(section(manual, ".SH " + inManual, ".SH "))
                        .results())
                .isNotEmpty()
                .allSatisfy(option -> assertThat(onPage.get(option.group(1)))
                        .as(option.group(1))
                        .contains("`" + option.group(2) + "`"));
    }

    private static String section(String heading) throws IOException {
        return section(Files.readString(PAGE), "## " + heading + "\n", "\n## ");
    }

    private static String section(String text, String start, String end) {
        int begin = text.indexOf(start);
        int next = text.indexOf(end, begin + start.length());
        return text.substring(begin, next < 0 ? text.length() : next);
    }

    private String help(String jar, String subcommand, String option) throws IOException, InterruptedException {
        String[] words = subcommand.isEmpty() ? new String[] {option} : new String[] {subcommand, option};
        try (Jar command = Jar.start(jar, directory, words)) {
            assertThat(command.ends()).isZero();
            return command.out();
        }
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(TreeSet::new, Set::add, Set::addAll);
    }
}
