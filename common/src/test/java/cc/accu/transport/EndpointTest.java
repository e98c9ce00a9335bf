package cc.accu.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.transport.Endpoint.Family;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp :3000",
                "tcp 127.0.0.1:3000",
                "tcp [::1]:3000",
                "tcp localhost:3000",
                "tcp :0",
                "tcp4 :65535",
                "tcp6 [::]:1",
                "unix /var/run/accu.sock",
                "unix accu.sock",
                "unix /tmp/with space/and%percent?query",
                "unix /tmp/x://y",
                "unix @accu",
                "unix:///var/run/accu.sock?mode=0600&group=adm",
                "unix:///tmp/a?mode=0007",
                "unix:///tmp/trailing%20?mode=0666",
                "unix:///tmp/%C3%BC%25?group=a%26b"
            })
    void printsWhatItParsed(String text) {
        Endpoint endpoint = Endpoint.parse(text);
        assertThat(endpoint).hasToString(text);
        assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
    }

    @Test
    void printsPathsThatThePlainFormCannotHoldAsUrl() {
        Endpoint trailing = Endpoint.Unix.at("/tmp/a ");
        assertThat(trailing).hasToString("unix:///tmp/a%20");
        assertThat(Endpoint.parse(trailing.toString())).isEqualTo(trailing);
    }

    @Test
    void readsUrls() {
        assertThat(Endpoint.parse("tcp://:3000")).isEqualTo(new Endpoint.Tcp(Family.ANY, "", 3000));
        assertThat(Endpoint.parse(" tcp6://[::1]:3000/ ")).isEqualTo(new Endpoint.Tcp(Family.IPV6, "::1", 3000));
        assertThat(Endpoint.parse("unix:///a+b?mode=0660&group=adm"))
                .isEqualTo(new Endpoint.Unix("/a+b", 0660, Optional.of("adm")));
    }

    @Test
    void readsPairsAndWholeWordsMixed() {
        assertThat(Endpoint.parseAll(
                        List.of("tcp", ":3000", "unix:///a?mode=0600", "unix", "/b c", "tcp4 :1", "unix", "/d://e")))
                .map(Endpoint::toString)
                .containsExactly("tcp :3000", "unix:///a?mode=0600", "unix /b c", "tcp4 :1", "unix /d://e");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tpc :3000|did you mean tcp?",
                "unx /a|did you mean unix?",
                "udp :3000|streams, not datagrams",
                "gopher :70|it is one of tcp, tcp4, tcp6, unix",
                "tcp|missing address after 'tcp'",
                "unix://|missing address after 'unix://'",
                "tcp 127.0.0.1|missing port in '127.0.0.1'",
                "tcp [::1]|missing port in '[::1]'",
                "tcp ::1:3000|in brackets, for example [::1]:3000",
                "tcp :65536|not a number from 0 to 65535",
                "tcp :-1|not a number from 0 to 65535",
                "tcp :|port '' in ':'",
                "tcp a b:1|is not a host name or address",
                "tcp://:3000?mode=0660|tcp has no options",
                "unix:///a?colour=red|unknown option 'colour=red'",
                "unix:///a?mode=0999|mode is three octal digits",
                "unix:///a?mode=rw|mode is three octal digits",
                "unix:///a?mode|mode is three octal digits",
                "unix:///a%zz|has a % that two hex digits do not follow",
                "unix:///a%00b|must not hold a NUL",
                "unix @|needs a path",
                "unix://@accu?mode=0600|an abstract socket has no file"
            })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void takesPathsOf107Bytes() {
        String path = "/" + "ü".repeat(53);
        assertThat(Endpoint.Unix.at(path).path()).isEqualTo(path);
        assertThatThrownBy(() -> Endpoint.Unix.at(path + "a")).hasMessageContaining("108 bytes, the most is 107");
    }
}
