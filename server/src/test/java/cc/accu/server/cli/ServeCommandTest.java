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

    private int run(String... words) {
        return Main.run(
                List.of(words), new PrintWriter(out, true), new PrintWriter(err, true), Signals.install(text -> {}));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tpc :3000 | unknown network 'tpc'; did you mean tcp?",
                "tcp :0 hello | hello' is no address, and a server takes nothing else; to send it as a message: java -jar client.jar tcp :0 hello",
                "tcp://:0 hello world | to send it as a message: java -jar client.jar tcp://:0 hello",
                "tcp :0 :0 | unknown network ':0'; did you mean tcp :0?",
                "tcp :0 unx /a | unknown network 'unx'; did you mean unix?",
                "tcp :x hello | port 'x' in ':x' is not a number",
                "listen :3000 | unknown network 'listen'; the network comes first",
                ":3000 | did you mean tcp :3000?",
                "--port 3000 | unknown option '--port'; an address has no option, it is two words: tcp :3000",
                "-p 3000 | unknown option '-p'; an address has no option",
                "unix /p/s?mode=0777 | unix:///p/s?mode=0777",
                "unix://tmp/x | write unix:///tmp/x, or unix tmp/x",
                "tcp :0 --max-line 5MB | --max-line: '5MB': a size is a number of bytes, with k, M, G (1k is 1000) or KiB, MiB, GiB (1KiB is 1024) behind it, for example 64KiB; write 5M or 5MiB",
                "tcp :0 --buffer 1m | write 1M or 1MiB",
                "tcp :0 --buffer 1TiB | write 1024GiB",
                "tcp :0 --buffer 1TB | write 1000G or 1024GiB",
                "tcp :0 --read-timeout 1w | write 7d",
                "tcp :0 --max-line 3GiB | --max-line: '3GiB' is too large; the most is 1GiB",
                "tcp :0 --max-line 9999999GiB | --max-line: '9999999GiB' is too large; the most is 1GiB",
                "unix:///p/s?mode=0660&mode=0600 | mode=0600' has mode more than once; give it once",
                "unix:///p/s?group=a&group=a | has group more than once",
                "unix:///p/s?colour=red | unknown option 'colour=red' of a listener; it has max-line, long-line, read-timeout,",
                "tcp://:0?max-lin=1k | unknown option 'max-lin=1k' of a listener; did you mean max-line? it has max-line, long-line",
                "tcp://:0?buffer=1k | unknown option 'buffer=1k' of a listener; it has",
                "tcp://:0?max-line=5MB | '?max-line=5MB' of tcp :0: max-line: '5MB': a size is a number of bytes",
                "tcp://:0?max-line=5MB | for example 64KiB; write 5M or 5MiB",
                "tcp://:0?acks=on&acks=off | '?acks=on&acks=off' has acks more than once; give it once",
                "tcp://:0?acks=no | acks: 'no' is not one of on, off",
                "tcp://:0?read-timeout | read-timeout: '': a time is",
                "tcp://:0?max-connections=0 | max-connections: the number of connections must be at least 1, not 0",
                "tcp://:0?max-lines-per-second=0 | max-lines-per-second: a rate must be at least 1 a second, not 0",
                "tcp://:0? --read-timeout | missing value: --read-timeout TIME",
                "tcp :0 --mode 999 | --mode: mode is three octal digits",
                "tcp :0?acks=off | options go with a URL, in one word: tcp://:0?acks=off",
                "@no-such-file | there is no file 'no-such-file' that can be read, and '@no-such-file' stands for the words in it",
                "unix:///p/s?mode=0999 | mode is three octal digits",
                "unix:///p/s?mode=rw | mode is three octal digits",
                "unix:///p/s?mode | mode is three octal digits",
                "unix:///p/s?group= | group needs a name or number, for example group=adm",
                "unix://x?mode=0600 | write unix:///x, or unix x",
                "unix://@accu?mode=0600 | an abstract socket has no file: mode and group cannot be set for unix @accu",
                "tcp://:3000?mode=0660 | mode and group are for the file of a unix socket, and cannot be set for tcp :3000",
                "tcp :0 --allow localhost | --allow: 'localhost' is neither an address nor a network (names are not looked up); for example",
                "tcp://:0?allow=10.0.0.1/8 | allow: '10.0.0.1/8' is no network of 8 bits: write 10.0.0.0/8 for all of it, or 10.0.0.1 for",
                "tcp://:0?deny= | deny: '' is neither an address nor a network",
                "tcp://:0?proxy-from=10.0.0.0/33 | proxy-from: '10.0.0.0/33': the number behind the slash is how many bits",
                "tcp :0 --allow-user root | --allow-user: it is for unix sockets, and no listener is one",
                "tls :0 --tls-cert c.pem --tls-crl l.pem | --tls-crl is about certificates of senders: name their authority with --tls-client-ca",
                "unix /p/s --deny ::1 | --deny: it is for TCP, and no listener is one",
                "unix:///p/s?allow=::1 | allow is for addresses, which senders over a unix socket do not have, and cannot be set for unix /p/s; allow-user and",
                "unix:///p/s?proxy-from=::1 | proxy-from is for addresses, which senders over a unix socket do not have",
                "tcp://:0?allow-user=root | allow-user is for unix sockets, where the system tells who connects, and cannot be set for tcp :0",
                "tls://:0?allow-group=root | allow-group is for unix sockets",
                "unix:///p/s?allow-user=a%20b | allow-user: 'a b' is neither a name nor a number, for example adm,1000",
                "unix /p/s --allow-group 4294967296 | --allow-group: '4294967296' is too large for a number of a user or group",
                "tcp :0 --max-connections 5K | write 5k",
                "tcp :0 --read-timeout 5min | write 5m",
                "tcp :0 --to /tmp/x | a file is written file:/tmp/x",
                "tcp :0 --to file://tmp/x | write file:///tmp/x, or file:tmp/x",
                "udp :3000 | accu takes streams, not datagrams",
                "tcp | missing address after 'tcp'",
                "tcp 3000 | missing port in '3000'",
                "tcp :99999 | port '99999'",
                "tcp ::1:3000 | an IPv6 address goes in brackets",
                "tcp :0 --max-line many | --max-line: 'many': a size is a number of bytes",
                "tcp :0 --max-line 0 | longest line out of range",
                "tcp :0 --buffer 0 | --buffer: the buffer must be at least 1, not 0",
                "tcp :0 --long-line cut | --long-line",
                "tcp :0 --read-timeout soon | --read-timeout: 'soon': a time is",
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
    void saysWhatIsWrongAndExitsWith2(String words, String message) {
        assertThat(run(words.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("server: ").contains(message).contains("try --help");
        assertThat(err.toString()).doesNotContain("Exception").doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void saysWhyItCannotOpenItsFileInOneLine() {
        assertThat(run("tcp", ":0", "--to", "file:/")).isEqualTo(2);
        assertThat(run("tcp", ":0", "--to", "file:/nowhere/messages.log")).isEqualTo(1);
        assertThat(err.toString())
                .endsWith(
                        "server: cannot open file:/nowhere/messages.log: the directory /nowhere does not exist; create it,"
                                + " or choose another path\n");
    }

    @Test
    void saysThatAUserIsNotKnown() {
        assertThat(run("unix", "/nowhere/s", "--allow-user", "root,nobody-of-that-name"))
                .isEqualTo(1);
        assertThat(err.toString())
                .endsWith(
                        "server: cannot listen on unix /nowhere/s: there is no user 'nobody-of-that-name'; see those that"
                                + " there are with \"getent passwd\", or give the number\n");
    }

    @Test
    void needsAListener() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("NETWORK ADDRESS");
    }

    @Test
    void printsHelpToStandardOutput() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("tcp :3000", "--to", "--drain-timeout");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void printsItsVersion() {
        assertThat(run("-V")).isZero();
        assertThat(out.toString()).startsWith("accu server ");
    }
}
