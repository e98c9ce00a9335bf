package cc.accu.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.transport.Endpoint.Network;
import java.util.List;
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
                "unix /tmp/with space/and%percent",
                "unix tmp/accu.sock",
                "unix ../accu.sock",
                "unix ./~/a",
                "unix ./:3000",
                "unix /tmp/#a@b",
                "unix:///tmp/with%20space%3Fquery",
                "unix://./what%3F",
                "unix:///a%0Ab",
                "unix://@accu%3F",
                "unix /tmp/x://y",
                "unix @accu",
                "unix /var/run/accu.sock",
                "unix:///tmp/trailing%20",
                "unix /tmp/ü%&b"
            })
    void printsWhatItParsed(String text) {
        Endpoint endpoint = Endpoint.parse(text);
        assertThat(endpoint).hasToString(text);
        assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a?b",
                "a?b",
                "?",
                "/a ",
                "/ a",
                "%",
                "a%20b",
                "a b",
                "~",
                "~/a",
                "./~",
                ":1",
                "a:1",
                "./",
                "a\tb",
                "a\n",
                "@a b",
                "@a?b",
                "@ ",
                "é",
                "/a+b&c=d#e"
            })
    void readsWhatItPrintsForEveryPath(String path) {
        Endpoint.Unix unix = new Endpoint.Unix(path);
        assertThat(Endpoint.parse(unix.toString())).as(unix.toString()).isEqualTo(unix);
        assertThat(Endpoint.parseAll(List.of(unix.toString())))
                .as(unix.toString())
                .containsExactly(unix);
    }

    @Test
    void hasNoOptions() {
        assertThat(Endpoint.parse("unix:///a%3F")).isEqualTo(new Endpoint.Unix("/a?"));
        assertThatThrownBy(() -> Endpoint.parse("unix:///a?mode=0660"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'?mode=0660' is for a server that listens; to connect, write unix:///a");
        assertThatThrownBy(() -> Endpoint.parse("tcp://:1?max-line=5"))
                .hasMessage("'?max-line=5' is for a server that listens; to connect, write tcp://:1");
    }

    @Test
    void refusesAPathThatIsNotInUtf8() {
        assertThatThrownBy(() -> Endpoint.parse("unix /caf\udce9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in which this JVM names files; give it a name in UTF-8");
        assertThatThrownBy(() -> Endpoint.parse("unix:///caf%E9")).hasMessageContaining("in UTF-8");
        assertThatThrownBy(() -> Endpoint.parse("unix @caf\udce9")).hasMessageContaining("in UTF-8");
    }

    @Test
    void printsPathsThatThePlainFormCannotHoldAsUrl() {
        Endpoint trailing = new Endpoint.Unix("/tmp/a ");
        assertThat(trailing).hasToString("unix:///tmp/a%20");
        assertThat(Endpoint.parse(trailing.toString())).isEqualTo(trailing);
    }

    @Test
    void readsUrls() {
        assertThat(Endpoint.parse("tcp://:3000")).isEqualTo(new Endpoint.Tcp(Network.TCP, "", 3000));
        assertThat(Endpoint.parse(" tcp6://[::1]:3000/ ")).isEqualTo(new Endpoint.Tcp(Network.TCP6, "::1", 3000));
        assertThat(Endpoint.parse("unix:///a+b")).isEqualTo(new Endpoint.Unix("/a+b"));
    }

    @Test
    void readsPairsAndWholeWordsMixed() {
        assertThat(Endpoint.parseAll(
                        List.of("tcp", ":3000", "unix:///a%3F", "unix", "/b c", "tcp4 :1", "unix", "/d://e")))
                .map(Endpoint::toString)
                .containsExactly("tcp :3000", "unix:///a%3F", "unix /b c", "tcp4 :1", "unix /d://e");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tpc :3000|did you mean tcp?",
                "tpc|did you mean tcp?",
                "unx /a|did you mean unix?",
                "tcp3000|is one of tcp",
                ":3000|unknown network ':3000'; did you mean tcp :3000?",
                "3000|did you mean tcp :3000?",
                "tcp:3000|did you mean tcp :3000?",
                "tcp::3000|did you mean tcp :3000?",
                "tcp:localhost:3000|did you mean tcp localhost:3000?",
                "localhost:3000|did you mean tcp localhost:3000?",
                "unix:/a.sock|did you mean unix /a.sock?",
                "/a.sock|did you mean unix /a.sock?",
                "listen :3000|unknown network 'listen'; the network comes first",
                "tcp 3000|did you mean tcp :3000?",
                "tcp /a.sock|did you mean unix /a.sock?",
                "unix :3000|did you mean tcp :3000? A socket file of that name is unix ./:3000",
                "unix localhost:3000|did you mean tcp localhost:3000?",
                "unix /p/s?mode=0777|in one word: unix:///p/s?mode=0777; a path that has a question mark is written unix:///p/s%3Fmode=0777",
                "unix s?mode=0777|in one word: unix://./s?mode=0777",
                "tcp :3000?max-line=1k|in one word: tcp://:3000?max-line=1k",
                "unix://tmp/x|write unix:///tmp/x, or unix tmp/x for a path in the working directory",
                "unix://x|write unix:///x, or unix x",
                "unix ~/a|write unix \"$HOME/a\", or unix ./~/a",
                "unix://~/a|write unix \"$HOME/a\"",
                "udp :3000|streams, not datagrams",
                "gopher :70|is one of tcp, tcp4, tcp6, tls, unix",
                "tcp|missing address after 'tcp'",
                "unix://|missing address after 'unix://'",
                "tcp 127.0.0.1|missing port in '127.0.0.1'",
                "tcp [::1]|missing port in '[::1]'",
                "tcp ::1:3000|in brackets, for example [::1]:3000",
                "tcp :65536|not a number from 0 to 65535",
                "tcp :-1|not a number from 0 to 65535",
                "tcp :|port '' in ':'",
                "tcp a b:1|is not a host name or address",
                "tcp://:3000?|to connect, write tcp://:3000",
                "unix:///a?colour=red|colour=red' is for a server",
                "unix:///a%zz|has a % that two hex digits do not follow",
                "unix:///a%00b|must not hold a NUL",
                "unix @|needs a path"
            })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void takesPathsOf107Bytes() {
        String path = "/" + "ü".repeat(53);
        assertThat(new Endpoint.Unix(path).path()).isEqualTo(path);
        assertThatThrownBy(() -> new Endpoint.Unix(path + "a")).hasMessageContaining("108 bytes, the most is 107");
    }

    @Test
    void readsTlsAsOneMoreNetwork() {
        Endpoint tls = new Endpoint.Tcp(Network.TLS, "::1", 3443);
        assertThat(Endpoint.parse("tls [::1]:3443")).isEqualTo(tls);
        assertThat(Endpoint.parse("tls://[::1]:3443")).isEqualTo(tls);
        assertThat(Endpoint.parse(tls.toString())).isEqualTo(tls);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls /run/accu.sock", "tls ./accu.sock", "tls+unix /run/accu.sock"})
    void refusesTlsOverUnixSocketsWithAReason(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no TLS over unix sockets: the file's permissions say who may connect");
    }
}
