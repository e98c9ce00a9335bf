package cc.accu.line;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OriginTest {
    @Test
    void isOneHarmlessWordForPeople() {
        Origin origin =
                Origin.of("tcp :3000", "1.2.3.4:5\u001b[2J").withSubject("CN=a b\n2026 forged\u202e,O=gr\u00fc\u00df");
        assertThat(origin.sender()).isEqualTo("1.2.3.4:5\\u001b[2J,CN=a%20b%0A2026%20forged%E2%80%AE,O=gr\u00fc\u00df");
    }
}
