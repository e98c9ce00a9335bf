package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any text names a sink and prints as it was typed, or is refused in words. No sink is opened. */
class SinksFuzzTest {
    @FuzzTest
    void namesASinkOrSaysWhatIsWrong(byte[] data) {
        String text = new FuzzInput(data).restAsText();
        try {
            assertThat(Sinks.parse(text)).hasToString(text);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(refused.getMessage()).isNotBlank();
        }
    }
}
