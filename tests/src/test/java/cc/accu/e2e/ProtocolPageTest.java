package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.framing.AckLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/protocol.md} says what we speak. */
final class ProtocolPageTest {
    private static final Pattern SAID = Pattern.compile("^server: ([^(].*)$", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("^\\| `([a-z-]+)` \\|", Pattern.MULTILINE);

    private static List<String> found(Pattern pattern) throws IOException {
        return pattern.matcher(page())
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "protocol.md"));
    }

    @Test
    void showsAnswersThatWeUnderstand() throws IOException {
        assertThat(found(SAID))
                .hasSizeGreaterThan(1)
                .allSatisfy(answer ->
                        assertThat(AckLine.parse(answer).map(Object::toString)).contains(answer));
    }

    @Test
    void hasEveryCode() throws IOException {
        assertThat(found(CODE))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(AckLine.Code.values())
                        .map(AckLine.Code::toString)
                        .toList());
    }

    @Test
    void hasTheLongestAnswer() throws IOException {
        assertThat(page()).contains("An answer has at most " + AckLine.MOST_BYTES + " bytes");
    }
}
