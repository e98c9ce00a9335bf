package cc.accu.internal.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypedTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "gr\u00c3\u00bc\u00c3\u009fe",
                "caf\u00e9",
                "\u00e9",
                "\u00e9\u00e9a\u00ff",
                "\u00c3",
                "\u00c3\u00c3\u00bc",
                "\u00ed\u00a0\u0080",
                "\u00f0\u009f\u0098\u0080",
                "\u00f0\u009f\u0098",
                "\u00f0\u009f\u0098\u0080\u00e9",
                "\u00ef\u00bf\u00bd"
            })
    void givesBackTheBytes(String bytes) {
        byte[] typed = bytes.getBytes(ISO_8859_1);
        assertThat(TypedText.bytes(TypedText.of(typed))).isEqualTo(typed);
    }

    @Test
    void givesBackEveryByte() {
        byte[] typed = new byte[256];
        for (int i = 0; i < typed.length; i++) {
            typed[i] = (byte) i;
        }
        assertThat(TypedText.bytes(TypedText.of(typed))).isEqualTo(typed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a%20b|a b",
                "%C3%BC|\u00fc",
                "%c3%bc+|\u00fc+",
                "%E9|\udce9",
                "caf\udce9%25|caf\udce9%",
                "%25%2520|%%20"
            })
    void decodesAUrl(String typed, String word) {
        assertThat(TypedText.percentDecoded(typed)).isEqualTo(word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%", "%2", "%zz", "%2g", "%-1", "%%"})
    void refusesAPercentSignThatIsNoByte(String typed) {
        assertThatThrownBy(() -> TypedText.percentDecoded(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + typed + "' has a % that two hex digits do not follow");
    }

    @Test
    void namesThePathThatWasTyped() {
        assertThat(TypedText.path("/a b/%20")).isEqualTo(Path.of("/a b/%20"));
        assertThat(TypedText.absolutePath("a/../b")).isEqualTo(Path.of("b").toAbsolutePath());
    }

    @Test
    void refusesWhatTheJvmWouldNotOpen() {
        assumeTrue(TypedText.ENCODING.equals(UTF_8), "needs a locale in UTF-8");
        assertThat(TypedText.path("/gr\u00fc\u00df")).isEqualTo(Path.of("/gr\u00fc\u00df"));
        assertThatThrownBy(() -> TypedText.path("/caf\udce9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it is not in the encoding of the locale, UTF-8, in which this JVM names files");
        assertThatThrownBy(() -> TypedText.path("a\0b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it has a NUL character");
    }
}
