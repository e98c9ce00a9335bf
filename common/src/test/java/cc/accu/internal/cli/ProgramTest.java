package cc.accu.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.text.Quantities;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help.Ansi;

class ProgramTest {
    @TempDir
    private Path directory = Path.of("");

    private final Option<Boolean> loud = Option.flag("-l, --loud", "make noise");
    private final Option<Boolean> quick = Option.flag("-q, --quick", "do not wait");
    private final Option<List<String>> to = Option.list("--to PLACE", "where", ProgramTest::place, "here");
    private final Option<Long> size = Option.of("--size SIZE", "how large", Quantities::bytes, "1k");
    private final Option<Long> most = Option.of("--most SIZE", "how large at most", Quantities::bytes);
    private final Option<List<String>> files = Option.list("--files FILE ...", "what to read", text -> text);
    private final Option<Colour> colour =
            Option.choice("--a-very-long-name red|green", "what it looks like", Colour.class, "red");
    private final Command command = new Command(this::call, loud)
            .text("Usage: it\n")
            .options(List.of(quick, to, size, most))
            .text("More:\n")
            .options(List.of(files, colour))
            .usualOptions()
            .text("The end.\n");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Runnable action = () -> {};

    private enum Colour {
        RED,
        GREEN
    }

    private static String place(String text) {
        if (text.equals("nowhere")) {
            throw new IllegalArgumentException("there is no nowhere");
        }
        return text;
    }

    private int call() {
        action.run();
        return Program.OK;
    }

    private int run(boolean argumentFiles, List<String> words) {
        return program().run(command.spec(), words, argumentFiles);
    }

    private void parse(String words) {
        assertThat(run(false, words.isEmpty() ? List.of() : List.of(words.split(" ", -1))))
                .as(err.toString())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b --size 5 --loud", "--size=5 a -l b", "-l a --size 5 b", "--size 5 -l -- a b"})
    void takesOptionsAnywhere(String words) {
        parse(words);
        assertThat(command.words()).containsExactly("a", "b");
        assertThat(size.value()).isEqualTo(5);
        assertThat(loud.value()).isTrue();
        assertThat(quick.value()).isFalse();
    }

    @Test
    void takesLettersTogether() {
        parse("-lq");
        assertThat(loud.value() && quick.value()).isTrue();
    }

    @Test
    void hasWhatIsSaidForAnOptionThatWasNotTyped() {
        parse("");
        assertThat(size.value()).isEqualTo(1000);
        assertThat(to.value()).containsExactly("here");
        assertThat(files.ifAny()).isEmpty();
        assertThat(most.ifAny()).isEmpty();
        assertThat(colour.value()).isEqualTo(Colour.RED);
        assertThat(command.words()).isEmpty();
    }

    @Test
    void takesEachValueOfWhatIsRepeatable() {
        parse("--to x --to=y");
        assertThat(to.value()).containsExactly("x", "y");
    }

    @Test
    void takesAllWordsUntilTheNextOption() {
        parse("a --files 1 2 3 -l b");
        assertThat(files.value()).containsExactly("1", "2", "3");
        assertThat(command.words()).containsExactly("a", "b");
    }

    @Test
    void takesAValueThatBeginsWithAMinus() {
        parse("--to - --to -5");
        assertThat(to.value()).containsExactly("-", "-5");
    }

    @Test
    void choosesByNameInAnyCase() {
        parse("--a-very-long-name Green");
        assertThat(colour.value()).isEqualTo(Colour.GREEN);
    }

    @Test
    void leavesWordsAsTheyAre() {
        assertThat(run(
                        false,
                        List.of("", "-", "@file", "@@x", "\"quoted\"", "${x}", "--", "--loud", "--", "caf\udce9")))
                .isZero();
        assertThat(command.words())
                .containsExactly("", "-", "@file", "@@x", "\"quoted\"", "${x}", "--loud", "--", "caf\udce9");
    }

    @Test
    void readsWordsFromAFileIfToldTo() throws Exception {
        Path file = Files.writeString(directory.resolve("words"), "# how\n--size 5\n-l 'a b' c\n");
        assertThat(run(true, List.of("x", "@" + file, "@@y"))).isZero();
        assertThat(command.words()).containsExactly("x", "a b", "c", "@y");
        assertThat(size.value()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--lout | unknown option '--lout'; did you mean --loud?",
                "--LOUD | unknown option '--LOUD'; did you mean --loud?",
                "--nothing-like-it=5 | unknown option '--nothing-like-it'; if it is no option, put -- before it",
                "-lx | unknown option '-x'; if it is no option, put -- before it",
                "-port | unknown option '-p'; an address has no option, it is two words: tcp :3000 or unix /var/run/accu.sock",
                "--loud=very | --loud takes no value",
                "--size | missing value: --size SIZE",
                "--size --loud | missing value: --size SIZE",
                "--files -l | missing value: --files FILE ...",
                "--files a --lout | unknown option '--lout'; did you mean --loud?",
                "--size 1 --size=2 | --size can be given only once",
                "-l --loud | --loud can be given only once",
                "--a-very-long-name pink | --a-very-long-name: 'pink' is not one of red, green",
                "--to 1 --to nowhere | --to: there is no nowhere"
            })
    void saysWhatIsWrong(String words, String message) {
        assertThat(run(false, List.of(words.split(" ", -1)))).isEqualTo(Program.WRONG_USAGE);
        assertThat(err.toString()).isEqualTo("it: " + message + "\ntry --help\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void saysOfWhichOptionAValueIsWrong() {
        assertThat(run(false, List.of("--size", "big"))).isEqualTo(Program.WRONG_USAGE);
        assertThat(err.toString()).startsWith("it: --size: 'big': a size is");
    }

    @Test
    void saysWhichOptionItWasThatIsFoundWrongLater() {
        action = () -> size.giveTo(bytes -> {
            throw new IllegalArgumentException("too much");
        });
        assertThat(run(false, List.of())).isEqualTo(Program.WRONG_USAGE);
        assertThat(err.toString()).startsWith("it: --size: too much\n");
    }

    @Test
    void asksForAReportOfWhatShouldNotHappen() {
        action = () -> {
            throw new IllegalStateException("oh");
        };
        assertThat(run(false, List.of())).isEqualTo(Program.FAILED);
        assertThat(err.toString())
                .startsWith("it: this should not have happened, please report it\n")
                .contains("oh");
    }

    @Test
    void saysInOneLineThatItFailed() {
        Command failing = new Command(
                        () -> {
                            throw new IOException("no way");
                        },
                        Option.flag("-v, --verbose", "say more"))
                .usualOptions();
        assertThat(program().run(failing.spec(), List.of(), false)).isEqualTo(Program.FAILED);
        assertThat(err.toString()).isEqualTo("it: no way\n");
    }

    @Test
    void helpsInTwoColumns() {
        parse("--help");
        assertThat(out.toString()).isEqualTo("""
                Usage: it
                  -q, --quick            do not wait
                      --to PLACE         where; repeatable (default: here)
                      --size SIZE        how large (default: 1k)
                      --most SIZE        how large at most
                More:
                      --files FILE ...   what to read
                      --a-very-long-name red|green
                                         what it looks like (default: red)
                  -l, --loud             make noise
                  -h, --help             print this, and exit
                  -V, --version          print the version, and exit
                The end.
                """);
    }

    @Test
    void keepsWhatFewPeopleNeedForTheLongHelp() {
        Command one = withRareOptions();
        assertThat(program().run(one.spec(), List.of("--help"), false)).isZero();
        assertThat(out.toString()).isEqualTo("""
                Usage: it

                Doing:
                  -q, --quick       do not wait
                  -l, --loud        make noise
                  -h, --help        print this, and exit
                      --help-all    print all options, also for sizes, what it looks like
                  -V, --version     print the version, and exit
                """);
    }

    @Test
    void hasAllInTheLongHelpBelowTheirHeadings() {
        Command one = withRareOptions();
        assertThat(program().run(one.spec(), List.of("--help-all"), false)).isZero();
        assertThat(out.toString())
                .contains("\nSizes:\n", "--most SIZE", "\nWhat it looks like:\n", "--a-very-long-name");
    }

    @Test
    void hasColoursOnlyWhereTheyWereAskedFor() {
        Program coloured =
                new Program("it", "", Program.class, new PrintWriter(out, true), new PrintWriter(err, true), Ansi.ON);
        assertThat(coloured.run(withRareOptions().spec(), List.of("--help"), false))
                .isZero();
        assertThat(out.toString()).contains("\u001b[1mDoing:");
    }

    private Command withRareOptions() {
        return new Command(this::call, loud)
                .text("Usage: it\n")
                .rareOptions("sizes", List.of(size, most))
                .rareOptions("what it looks like", List.of(colour))
                .usualOptions("Doing", List.of(quick));
    }

    private Program program() {
        return new Program("it", "try --help", Program.class, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @Test
    void printsItsVersion() {
        parse("-V");
        assertThat(out.toString()).isEqualTo("accu it (not from a jar)\n");
    }
}
