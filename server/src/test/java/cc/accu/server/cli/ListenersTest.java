package cc.accu.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.server.ListenOptions;
import cc.accu.server.RateLimit;
import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenersTest {
    private final Listeners typed = new Listeners();
    private final List<ListenOptions> listeners = new ArrayList<>();
    private final Command command = new Command(this::read, Option.flag("-v, --verbose", "say more"))
            .options(typed.options(EnumSet.allOf(ListenerOption.class)))
            .usualOptions();

    private int read() {
        listeners.addAll(command.words(typed::parse));
        return Program.OK;
    }

    private List<ListenOptions> parse(String words) {
        StringWriter err = new StringWriter();
        Program program = new Program("it", "", Program.class, new PrintWriter(err), new PrintWriter(err));
        assertThat(program.run(command.spec(), List.of(words.split(" ", -1)), false))
                .as(err.toString())
                .isZero();
        return listeners;
    }

    @Test
    void hasTheDefaults() {
        ListenOptions listener = parse("tcp :3000").get(0);
        assertThat(listener.endpoint()).isEqualTo(Endpoint.parse("tcp :3000"));
        assertThat(listener.framing()).isEqualTo(LineFraming.DEFAULT);
        assertThat(listener.acknowledging()).isTrue();
        assertThat(listener.socketMode()).isEqualTo(0660);
        assertThat(listener.maxConnections()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void tellsOneListenerWhatIsInItsUrl() {
        parse(
                "tcp://:3000?max-line=64KiB&long-line=close&read-timeout=5m&line-timeout=1m&acks=off&max-connections=7 tcp :1");
        ListenOptions one = listeners.get(0);
        assertThat(one.framing())
                .isEqualTo(new LineFraming(65536, LongLine.CLOSE, Duration.ofMinutes(5), Duration.ofMinutes(1)));
        assertThat(one.acknowledging()).isFalse();
        assertThat(one.maxConnections()).isEqualTo(7);
        assertThat(listeners.get(1).framing()).isEqualTo(LineFraming.DEFAULT);
        assertThat(listeners.get(1).acknowledging()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--max-line 10 tcp://:1?max-line=20, 10",
        "--max-line 20 tcp://:1?max-line=10, 10",
        "--max-line 10 tcp :1, 10",
        "tcp://:1?max-line=2MiB, 2097152"
    })
    void holdsTheStricterLimit(String words, int bytes) {
        assertThat(parse(words).get(0).framing().maxLineBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "--read-timeout 5s tcp://:1?read-timeout=3s, 3",
        "--read-timeout 3s tcp://:1?read-timeout=5s, 3",
        "--read-timeout 3s tcp://:1?read-timeout=0, 3",
        "--read-timeout 0 tcp://:1?read-timeout=3s, 3",
        "--read-timeout 0 tcp://:1?read-timeout=0, 0"
    })
    void holdsTheShorterTime(String words, int seconds) {
        assertThat(parse(words).get(0).framing().readTimeout()).hasSeconds(seconds);
    }

    @Test
    void tellsWhatOneSenderMayTake() {
        parse("tcp://:1?max-connections-per-peer=3&max-lines-per-second=10k&max-bytes-per-second=1MiB"
                + "&max-lines-per-second-per-peer=20k&max-bytes-per-second-per-peer=2MiB&max-age=1h&handshake-timeout=3s"
                + " tcp :2");
        ListenOptions one = listeners.get(0);
        assertThat(one.maxConnectionsPerPeer()).isEqualTo(3);
        assertThat(one.rate()).isEqualTo(new RateLimit(10_000, 1 << 20));
        assertThat(one.peerRate()).isEqualTo(new RateLimit(20_000, 2 << 20));
        assertThat(one.maxAge()).hasHours(1);
        assertThat(one.handshakeTimeout()).hasSeconds(3);
        ListenOptions other = listeners.get(1);
        assertThat(other.maxConnectionsPerPeer()).isEqualTo(Integer.MAX_VALUE);
        assertThat(other.rate()).isEqualTo(RateLimit.NONE);
        assertThat(other.peerRate()).isEqualTo(RateLimit.NONE);
        assertThat(other.maxAge()).isZero();
        assertThat(other.handshakeTimeout()).hasSeconds(10);
    }

    @ParameterizedTest
    @CsvSource({
        "--max-lines-per-second 10 tcp://:1?max-lines-per-second=20, 10, 9223372036854775807",
        "--max-bytes-per-second 1MiB tcp://:1?max-bytes-per-second=1M, 9223372036854775807, 1000000",
        "--max-bytes-per-second 1k tcp://:1?max-lines-per-second=5, 5, 1000"
    })
    void holdsTheLowerRate(String words, long lines, long bytes) {
        assertThat(parse(words).get(0).rate()).isEqualTo(new RateLimit(lines, bytes));
    }

    @Test
    void leavesAChoiceToTheListener() {
        parse("--acks off --long-line skip tcp://:1?acks=on&long-line=split tcp :2");
        assertThat(listeners.get(0).acknowledging()).isTrue();
        assertThat(listeners.get(0).framing().longLine()).isEqualTo(LongLine.SPLIT);
        assertThat(listeners.get(1).acknowledging()).isFalse();
        assertThat(listeners.get(1).framing().longLine()).isEqualTo(LongLine.SKIP);
    }

    @Test
    void tellsOnlySocketsWithAFileWhatIsForFiles() {
        parse("--mode 0600 --group adm tcp :1 unix /a unix @b unix:///c?mode=0666");
        assertThat(listeners.get(1).socketMode()).isEqualTo(0600);
        assertThat(listeners.get(1).socketGroup()).contains("adm");
        assertThat(listeners.get(2).socketGroup()).isEmpty();
        assertThat(listeners.get(3).socketMode()).isEqualTo(0666);
        assertThat(listeners.get(3).socketGroup()).contains("adm");
    }

    @Test
    void tellsEachListenerWhoMaySend() {
        parse(
                "--allow 10.0.0.0/8 --deny 10.0.0.1 --proxy-from ::1 --allow-user root --allow-group adm"
                        + " tcp :1 tls://:2?tls-cert=c.pem&allow=192.0.2.7,::1&deny=::2&proxy-from=127.0.0.1 unix /a unix://@b?allow-user=1000");
        assertThat(listeners.get(0).allow()).containsExactly("10.0.0.0/8");
        assertThat(listeners.get(0).deny()).containsExactly("10.0.0.1");
        assertThat(listeners.get(0).proxyFrom()).containsExactly("::1");
        assertThat(listeners.get(1).allow()).containsExactly("192.0.2.7", "::1");
        assertThat(listeners.get(1).deny()).containsExactly("10.0.0.1", "::2");
        assertThat(listeners.get(1).proxyFrom()).containsExactly("127.0.0.1");
        assertThat(listeners.get(2).allowUsers()).containsExactly("root");
        assertThat(listeners.get(2).allowGroups()).containsExactly("adm");
        assertThat(listeners.get(3).allowUsers()).containsExactly("1000");
        assertThat(listeners.get(3).allow()).isEmpty();
    }

    @Test
    void tellsTlsListenersAloneOfTls() {
        parse("--tls-cert c.pem --tls-key c.key --tls-client-ca ca.pem --tls-allow CN=a tcp :1 tls :2"
                + " tls://:3?tls-cert=d.pem&tls-password=p&tls-crl=crl.pem&tls-allow=CN%3Db%3BCN%3Dc unix /a");
        assertThat(listeners.get(0).tls()).isEmpty();
        assertThat(listeners.get(3).tls()).isEmpty();
        assertThat(listeners.get(1).tls())
                .contains(TlsOptions.DEFAULT
                        .withCertificate(Path.of("c.pem"))
                        .withKey(Path.of("c.key"))
                        .withAuthorities(Path.of("ca.pem")));
        assertThat(listeners.get(2).tls())
                .contains(TlsOptions.DEFAULT
                        .withCertificate(Path.of("d.pem"))
                        .withKey(Path.of("c.key"))
                        .withPassword(Path.of("p"))
                        .withAuthorities(Path.of("ca.pem"))
                        .withRevocations(Path.of("crl.pem")));
    }

    @Test
    void decodesValues() {
        parse("unix:///a%3F?group=the%20group");
        assertThat(listeners.get(0).endpoint()).isEqualTo(new Endpoint.Unix("/a?"));
        assertThat(listeners.get(0).socketGroup()).contains("the group");
    }
}
