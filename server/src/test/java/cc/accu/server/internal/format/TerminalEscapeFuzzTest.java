package cc.accu.server.internal.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Origin;
import cc.accu.server.internal.format.LineFormat.TerminalEscape;
import cc.accu.server.sink.Batches;
import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.regex.Pattern;

/** Nothing that drives a terminal comes out, whatever goes in, and no line is lost or made. */
class TerminalEscapeFuzzTest {
    /** All controls but TAB and LF, and what Unicode calls Bidi_Control. */
    private static final Pattern DANGEROUS =
            Pattern.compile("[\\p{Cc}\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069&&[^\t\n]]");

    @FuzzTest
    void printsNothingDangerous(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        LineFormat.Kind kind = input.choice(LineFormat.Kind.class);
        byte[] lines = (input.restInLatin() + "\n").getBytes(ISO_8859_1);
        LineFormat format = kind.formats().map(make -> make.get()).orElse(Batches.VERBATIM);
        String shown = Batches.formatted(new TerminalEscape(format), Batches.of(lines, Origin.of("tcp :1", "peer")));
        assertThat(DANGEROUS.matcher(shown).find()).as(shown).isFalse();
        assertThat(shown.chars().filter(c -> c == '\n').count()).isEqualTo(feeds(lines));
    }

    private static long feeds(byte[] lines) {
        long count = 0;
        for (byte value : lines) {
            count += value == '\n' ? 1 : 0;
        }
        return count;
    }
}
