package cc.accu.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(20)
class ServeCommandTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();
    private final CommandLine command =
            Main.commandLine().setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));

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
                "tcp :0 --colour red | --colour"
            })
    void saysWhatIsWrongAndExitsWith2(String words, String message) {
        assertThat(command.execute(words.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("server: ").contains(message).contains("try --help");
        assertThat(err.toString()).doesNotContain("Exception").doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void saysWhyItCannotOpenItsFileInOneLine() {
        assertThat(command.execute("tcp", ":0", "--to", "file:/")).isEqualTo(2);
        assertThat(command.execute("tcp", ":0", "--to", "file:/nowhere/messages.log"))
                .isEqualTo(1);
        assertThat(err.toString())
                .endsWith(
                        "server: cannot open file:/nowhere/messages.log: the directory /nowhere does not exist; create it,"
                                + " or choose another path\n");
    }

    @Test
    void needsAListener() {
        assertThat(command.execute()).isEqualTo(2);
        assertThat(err.toString()).contains("NETWORK ADDRESS");
    }

    @Test
    void printsHelpToStandardOutput() {
        assertThat(command.execute("--help")).isZero();
        assertThat(out.toString()).contains("tcp :3000", "--to", "--drain-timeout");
        assertThat(err.toString()).isEmpty();
    }
}
