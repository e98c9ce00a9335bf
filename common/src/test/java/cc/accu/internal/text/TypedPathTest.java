package cc.accu.internal.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TypedPathTest {
    @Test
    void isThePathThatWasTyped() {
        assertThat(TypedPath.of("/a b/%20")).isEqualTo(Path.of("/a b/%20"));
        assertThat(TypedPath.absolute("a/../b")).isEqualTo(Path.of("b").toAbsolutePath());
    }

    @Test
    void refusesWhatTheJvmWouldNotOpen() {
        assumeTrue(TypedPath.ENCODING.equals(UTF_8), "needs a locale in UTF-8");
        assertThat(TypedPath.of("/gr\u00fc\u00df")).isEqualTo(Path.of("/gr\u00fc\u00df"));
        assertThatThrownBy(() -> TypedPath.of("/caf\udce9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it is not in the encoding of the locale, UTF-8, in which this JVM names files");
        assertThatThrownBy(() -> TypedPath.of("a\0b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it has a NUL character");
    }
}
