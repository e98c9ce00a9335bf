package cc.accu.client.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.AckServer;
import cc.accu.client.Beside;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AckCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(InputStream input, AckServer server, String... options) {
        String[] address = server.endpoint().toString().split(" ", -1);
        List<String> arguments =
                Stream.concat(Stream.of(address), Stream.of(options)).toList();
        return ClientMain.run(arguments, input, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private int run(String input, AckServer server, String... options) {
        return run(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), server, options);
    }

    @Test
    void deliversAndSaysNothing() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            assertThat(run("1\n2", server, "--ack")).isZero();
            assertThat(run("", server, "--ack", "3", "4")).isZero();
            assertThat(server.lines(0)).containsExactly("1", "2");
            assertThat(server.lines(1)).containsExactly("3", "4");
            assertThat(out.toString() + err).isEmpty();
        }
    }

    @Test
    void printsStatisticsWhenAsked() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            assertThat(run("1\n2\n", server, "--ack", "-v")).isZero();
            assertThat(err.toString()).endsWith("sent=2 acked=2\n");
        }
    }

    @Test
    void failsWhenSomethingIsNotAcknowledged() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets();
            if (talk.number == 0) {
                talk.takes(2);
                talk.acks();
            }
        })) {
            assertThat(run("1\n2\n3\n", server, "--ack", "--retry-timeout", "2s", "--print-acks"))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .startsWith("sent=3 acked=2\nclient: gave up after 2s (retry timeout): ")
                    .endsWith("2 of 3 messages were acknowledged, 1 more were written and may be stored\n");
            assertThat(out.toString()).isEqualTo("acked=2\n");
        }
    }

    @Test
    void printsAcksAsTheyComeLineByLine() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                PipedOutputStream typing = new PipedOutputStream();
                PipedInputStream input = new PipedInputStream(typing)) {
            CompletableFuture<Integer> exit = Beside.ask(() -> run(input, server, "--ack", "--print-acks"));
            for (int i = 1; i <= 3; i++) {
                typing.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                typing.flush();
                int number = i;
                await().until(() -> out.toString().endsWith("acked=" + number + "\n"));
            }
            typing.close();
            assertThat(exit.get(10, SECONDS)).isZero();
            assertThat(out.toString()).isEqualTo("acked=1\nacked=2\nacked=3\n");
        }
    }

    @Test
    void goesToTheOtherServerWhenOneFails() throws Exception {
        try (AckServer one = AckServer.tcp(talk -> {
                    talk.greets().takes(1);
                    talk.says("ack 1\nerr 2 shutting-down\n").waitsForTheEnd();
                });
                AckServer two = AckServer.tcp(talk -> talk.greets().acksAll())) {
            String other = two.endpoint().toString();
            assertThat(run("1\n2\n", one, "--ack", "--or", other)).isZero();
            assertThat(two.lines(0)).containsExactly("2");
        }
    }

    @Test
    void eachConnectionIsAConversationOfItsOwn() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            assertThat(run("1\n2\n3\n", server, "--ack", "--connections", "2", "-v"))
                    .isZero();
            assertThat(List.of(server.lines(0), server.lines(1)))
                    .containsExactlyInAnyOrder(List.of("1", "3"), List.of("2"));
            assertThat(err.toString()).endsWith("sent=3 acked=3\n");
        }
    }

    @Test
    void aLineThatIsTooLongForTheServerDoesNotKeepTheOthersBack() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            assertThat(run("1\n" + "x".repeat(2000) + "\n2\n", server, "--ack")).isEqualTo(1);
            assertThat(server.lines(0)).containsExactly("1", "2");
            assertThat(err.toString())
                    .startsWith("sent=2 acked=2\nclient: a message of 2000 bytes is longer than the server takes")
                    .endsWith("(message 2 of this client): 2 of 3 messages were acknowledged\n");
        }
    }

    @Test
    void stopsAtALineThatDoesNotEnd() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            assertThat(run("1\n2\n" + "x".repeat(3_000_000), server, "--ack")).isEqualTo(1);
            assertThat(server.lines(0)).containsExactly("1", "2");
            assertThat(err.toString())
                    .isEqualTo("sent=2 acked=2\nclient: line 3 of standard input is longer than the server takes,"
                            + " which is 1000 bytes; nothing behind it was sent\n");
        }
    }

    @Test
    void saysWhatToDoAboutAServerWithoutAcks() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.hears().waitsForTheEnd())) {
            assertThat(run("1\n", server, "--ack", "--connect-timeout", "200ms"))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .isEqualTo("client: cannot connect to " + server.endpoint() + ": it does not speak accu/1:"
                            + " it answered nothing within 200ms; send without acks\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--print-acks", "--ack --window 0", "--ack --or nonsense", "--ack --ack-timeout -1s"})
    void wrongUsageIsTwo(String options) throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            assertThat(run("", server, options.split(" ", -1))).isEqualTo(2);
            assertThat(err.toString()).startsWith("client: ").endsWith("client: try --help\n");
        }
    }

    @Test
    void deliversWhatWasBrokenOffManyTimes() throws Exception {
        List<String> lines = IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList();
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets().takes(100);
            talk.acks().takes(50);
        })) {
            assertThat(run(String.join("\n", lines), server, "--ack"))
                    .as(err.toString())
                    .isZero();
            List<String> stored = new ArrayList<>();
            for (int i = 0; i < server.count(); i++) {
                List<String> some = server.lines(i);
                stored.addAll(some.subList(0, Math.min(100, some.size())));
            }
            assertThat(stored).isEqualTo(lines);
        }
    }
}
