package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
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
        String page = Files.readString(PAGE);
        int start = page.indexOf("## " + heading + "\n");
        String section = page.substring(start, page.indexOf("\n## ", start));
        String help = help(jar, subcommand, "--help");
        Set<String> known = names(IN_HELP, help.contains("--help-all") ? help(jar, subcommand, "--help-all") : help);
        assertThat(known).hasSizeGreaterThan(3).contains("--help", "--version").containsAll(names(IN_HELP, help));
        known.removeAll(Set.of("--help", "--help-all", "--version"));
        assertThat(names(ON_PAGE, section)).isEqualTo(known);
        assertThat(page).contains("`--help`", "`--help-all`", "`--version`");
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
