package cc.accu.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandSyntaxTest {
    private static final Option LOUD = Option.of("-l, --loud", "make noise");
    private static final Option QUICK = Option.of("-q, --quick", "do not wait");
    private static final Option TO =
            Option.of("--to PLACE", "where").repeatable().orElse("here");
    private static final Option SIZE = Option.of("--size SIZE", "how large").orElse("1k");
    private static final Option FILES = Option.of("--files FILE ...", "what to read");
    private static final Option COLOUR = Option.of("--a-very-long-name red|green|blue", "what it looks like");

    private static final CommandSyntax SYNTAX =
            new CommandSyntax("Usage: it\n", "The end.\n", List.of(LOUD, QUICK, TO, SIZE), List.of(FILES, COLOUR));

    private enum Colour {
        RED,
        GREEN
    }

    private static CommandLine parse(String words) {
        return SYNTAX.parse(words.isEmpty() ? List.of() : List.of(words.split(" ", -1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b --size 5 --loud", "--size=5 a -l b", "-l a --size 5 b", "--size 5 -l -- a b"})
    void takesOptionsAnywhere(String words) {
        CommandLine line = parse(words);
        assertThat(line.arguments()).containsExactly("a", "b");
        assertThat(line.text(SIZE)).isEqualTo("5");
        assertThat(line.has(LOUD)).isTrue();
        assertThat(line.has(QUICK)).isFalse();
    }

    @Test
    void takesLettersTogether() {
        CommandLine line = parse("-lq");
        assertThat(line.has(LOUD) && line.has(QUICK)).isTrue();
    }

    @Test
    void hasWhatIsSaidForAnOptionThatWasNotTyped() {
        CommandLine line = parse("");
        assertThat(line.value(SIZE, Quantities::bytes)).isEqualTo(1000);
        assertThat(line.texts(TO)).containsExactly("here");
        assertThat(line.texts(FILES)).isEmpty();
        assertThat(line.text(FILES)).isEmpty();
        assertThat(line.has(SIZE)).isFalse();
    }

    @Test
    void takesEachValueOfWhatIsRepeatable() {
        assertThat(parse("--to x --to=y").texts(TO)).containsExactly("x", "y");
    }

    @Test
    void takesAllWordsUntilTheNextOption() {
        CommandLine line = parse("a --files 1 2 3 -l b");
        assertThat(line.texts(FILES)).containsExactly("1", "2", "3");
        assertThat(line.arguments()).containsExactly("a", "b");
    }

    @Test
    void takesAValueThatBeginsWithAMinus() {
        assertThat(parse("--size -5").text(SIZE)).isEqualTo("-5");
        assertThat(parse("--to -").texts(TO)).containsExactly("-");
    }

    @Test
    void leavesWordsAsTheyAre() {
        assertThat(SYNTAX.parse(List.of("", "-", "@file", "\"quoted\"", "--", "--loud", "--"))
                        .arguments())
                .containsExactly("", "-", "@file", "\"quoted\"", "--loud", "--");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--lout | unknown option '--lout'; did you mean --loud?",
                "--LOUD | unknown option '--LOUD'; did you mean --loud?",
                "--nothing-like-it=5 | unknown option '--nothing-like-it'; if it is no option, put -- before it",
                "-lx | unknown option '-x'; if it is no option, put -- before it",
                "--loud=very | --loud takes no value",
                "--size | missing value: --size SIZE",
                "--size --loud | missing value: --size SIZE",
                "--files -l | missing value: --files FILE ...",
                "--size 1 --size=2 | --size can be given only once",
                "-l --loud | --loud can be given only once"
            })
    void saysWhatIsWrong(String words, String message) {
        assertThatThrownBy(() -> parse(words))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @Test
    void saysOfWhichOptionAValueIsWrong() {
        assertThatThrownBy(() -> parse("--size big").value(SIZE, Quantities::bytes))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--size: 'big': a size is");
        assertThatThrownBy(() -> parse("--to 1 --to x").values(TO, Integer::valueOf))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--to: ")
                .hasMessageContaining("x");
    }

    @Test
    void choosesByNameInAnyCase() {
        assertThat(parse("--a-very-long-name Green").choice(COLOUR, Colour.values()))
                .isEqualTo(Colour.GREEN);
        assertThatThrownBy(() -> parse("--a-very-long-name pink").choice(COLOUR, Colour.values()))
                .isInstanceOf(UsageException.class)
                .hasMessage("--a-very-long-name: 'pink' is not one of red, green");
    }

    @Test
    void helpsInTwoColumns() {
        Option wordy = Option.of("--wordy N", "word ".repeat(20).strip());
        assertThat(new CommandSyntax("Usage: it\n", "The end.\n", List.of(LOUD, TO, COLOUR, wordy)).help())
                .isEqualTo("""
                        Usage: it
                          -l, --loud                  make noise
                              --to PLACE              where; repeatable (default: here)
                              --a-very-long-name red|green|blue
                                                      what it looks like
                              --wordy N               word word word word word word word word word word
                                                      word word word word word word word word word word
                          -h, --help                  print this, and exit
                          -V, --version               print the version, and exit
                        The end.
                        """);
    }
}
