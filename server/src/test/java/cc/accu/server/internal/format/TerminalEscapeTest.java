package cc.accu.server.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.internal.format.LineFormat.TerminalEscape;
import cc.accu.server.sink.Batches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalEscapeTest {
    @ParameterizedTest
    @ValueSource(
            chars = {
                '\u0000', '\u0007', '\b', '\u000b', '\f', '\r', '\u001b', '\u001f', '\u007f', '\u0080', '\u0085',
                '\u009b', '\u009f', '\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'
            })
    void showsWhatCouldDriveATerminalByItsNumber(char character) {
        assertThat(shown("a" + character + "b\n")).isEqualTo(String.format("a\\u%04xb\n", (int) character));
    }

    @Test
    void showsEverythingElseAsItIs() {
        String harmless = "tab\there, gr\u00fc\u00df \u20ac \ud83d\ude00 ~ \u00a0 back\\slash\n";
        assertThat(shown(harmless)).isEqualTo(harmless);
    }

    @Test
    void showsWhatIsNotUtf8AsReplacementCharacters() {
        LineFormat escaping = new TerminalEscape(Batches.VERBATIM);
        byte[] line = {'a', (byte) 0xff, (byte) 0x9b, 'b', '\n'};
        assertThat(Batches.formatted(escaping, Batches.of(line, Batches.TCP))).isEqualTo("a\ufffd\ufffdb\n");
    }

    @Test
    void leavesJsonThatStillParsesToTheSameMessage() {
        LineFormat escaping = new TerminalEscape(new JsonFormat());
        assertThat(Batches.formatted(escaping, Batches.of("\u009b\u202e\n")))
                .contains("\"message\":\"\\u009b\\u202e\"");
    }

    private static String shown(String lines) {
        return Batches.formatted(new TerminalEscape(Batches.VERBATIM), Batches.of(lines));
    }
}
