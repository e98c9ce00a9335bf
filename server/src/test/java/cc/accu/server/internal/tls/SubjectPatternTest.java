package cc.accu.server.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectPatternTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        CN=device-7               | CN=device-7,O=Acme            | true
        cn=device-*               | CN=device-7,O=Acme            | true
        O=Acme                    | CN=device-7,O=Acme            | true
        O=Acme,CN=device-*        | CN=device-7,O=Acme            | true
        CN=device-*,O=Acme        | CN=device-7                   | false
        CN=device-*               | CN=my-device-7                | false
        CN=device-*               | CN=Device-7                   | false
        CN=*,O=Acme               | CN=x\\,O\\=Acme                 | false
        CN=*,O=Acme               | CN=x\\,O=Acme,O=Evil           | false
        CN=a.c                    | CN=abc                        | false
        CN=a;CN=b                 | CN=b                          | true
        CN=a;CN=b                 | CN=c                          | false
        OU=x                      | OU=y+OU=z,CN=x                | false
        URI=spiffe://acme/*       | URI=spiffe://acme/device-7    | true
        O=Acme                    | CN=x+O=Acme                   | true
        CN=x+O=Acme               | O=Acme,CN=x                   | true
        CN=*                      | ''                            | false
        """)
    void fitsWhomItNames(String pattern, String subject, boolean fits) {
        assertThat(SubjectPattern.parse(pattern).fits(subject)).isEqualTo(fits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "device-7", ";", "CN=a;", "=x", "CN"})
    void namesSomebody(String pattern) {
        assertThatThrownBy(() -> SubjectPattern.parse(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CN=device-*");
    }

    @Test
    void printsAsItWasTyped() {
        assertThat(SubjectPattern.parse("CN=a; CN=b")).hasToString("CN=a; CN=b");
    }
}
