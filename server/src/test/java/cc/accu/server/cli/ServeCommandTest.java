package cc.accu.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class ServeCommandTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    private int run(String... words) throws InterruptedException {
        return Main.run(List.of(words), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tpc :3000 | unknown network 'tpc'; did you mean tcp?",
                "udp :3000 | accu takes streams, not datagrams",
                "tcp | missing address after 'tcp'",
                "tcp 3000 | missing port in '3000'",
                "tcp :99999 | port '99999'",
                "tcp ::1:3000 | an IPv6 address goes in brackets",
                "tcp :0 --max-line many | --max-line: 'many': a size is a number of bytes",
                "tcp :0 --max-line 0 | longest line out of range",
                "tcp :0 --buffer 0 | --buffer: the buffer must be at least 1, not 0",
                "tcp :0 --long-line cut | --long-line",
                "tcp :0 --read-timeout soon | --read-timeout: 'soon': a duration",
                "tcp :0 --line-timeout -1s | --line-timeout",
                "tcp :0 --drain-timeout x | --drain-timeout: 'x'",
                "tcp :0 --max-connections 0 | --max-connections",
                "tcp :0 --max-connections lots | --max-connections",
                "tcp :0 --transport carrier-pigeon | --transport",
                "tcp :0 --to nowhere | --to: unknown sink 'nowhere'",
                "tcp :0 --acks perhaps | --acks: 'perhaps' is not one of on, off",
                "tcp :0 --acks on --acks off | --acks can be given only once",
                "tcp :0 --verbose=yes | --verbose takes no value",
                "tcp :0 --to | missing value: --to SINK",
                "tcp :0 --to --acks on | missing value: --to SINK",
                "tcp :0 --max-lines 5 | unknown option '--max-lines'; did you mean --max-line?",
                "tcp :0 --colour red | unknown option '--colour'"
            })
    void saysWhatIsWrongAndExitsWith2(String words, String message) throws InterruptedException {
        assertThat(run(words.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("server: ").contains(message).contains("try --help");
        assertThat(err.toString()).doesNotContain("Exception").doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void saysWhyItCannotOpenItsFileInOneLine() throws InterruptedException {
        assertThat(run("tcp", ":0", "--to", "file:/")).isEqualTo(2);
        assertThat(run("tcp", ":0", "--to", "file:/nowhere/messages.log")).isEqualTo(1);
        assertThat(err.toString())
                .endsWith(
                        "server: cannot open file:/nowhere/messages.log: the directory /nowhere does not exist; create it,"
                                + " or choose another path\n");
    }

    @Test
    void needsAListener() throws InterruptedException {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("NETWORK ADDRESS");
    }

    @Test
    void printsHelpToStandardOutput() throws InterruptedException {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("tcp :3000", "--to", "--drain-timeout");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void printsItsVersion() throws InterruptedException {
        assertThat(run("-V")).isZero();
        assertThat(out.toString()).startsWith("accu server ");
    }
}
