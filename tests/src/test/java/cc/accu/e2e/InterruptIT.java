package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.client.AckServer;
import cc.accu.client.PlainServer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that a signal ends says how far it got. */
@Timeout(120)
class InterruptIT {
    @TempDir
    private Path directory = Path.of("");

    private static void needs(String signal) {
        List<String> ignored = IgnoredSignals.among(signal);
        if (!ignored.isEmpty()) {
            System.out.println("skipped InterruptIT: " + ignored.get(0));
        }
        assumeTrue(ignored.isEmpty(), ignored.toString());
    }

    private static void signal(String name, Jar client) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(client.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private Jar client(String address, String... options) throws Exception {
        String[] words = address.split(" ", -1);
        List<String> command = Jar.command("client", words);
        command.addAll(List.of(options));
        return Jar.start(command, directory);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void saysWhatWasAcknowledged(String signal, int exitCode) throws Exception {
        needs(signal);
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.greets().takes();
                    talk.acks().takes();
                    talk.waitsForTheEnd();
                });
                Jar client = client(server.endpoint().toString(), "--ack", "--print-acks")) {
            client.typesSome("1\n").typesSome("2\n");
            await().until(() -> server.count() == 1 && server.lines(0).size() == 2);
            signal(signal, client);
            assertThat(client.ends()).isEqualTo(exitCode);
            assertThat(client.err()).isEqualTo("sent=2 acked=1\n");
            assertThat(client.out()).isEqualTo("acked=1\n");
        }
    }

    @Test
    void saysThatNothingWasSentWhileItCannotConnect() throws Exception {
        needs("INT");
        try (Jar client = client("tcp 127.0.0.1:1", "--ack", "hello")) {
            await().until(() -> client.err().contains("trying again"));
            signal("INT", client);
            assertThat(client.ends()).isEqualTo(130);
            assertThat(client.err()).endsWith("sent=0 acked=0\n");
            // When, and how bad, but neither a class nor a thread.
            assertThat(client.errLines().get(0))
                    .matches("20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d\\d:\\d\\d) WARN cannot connect to .*");
        }
    }

    @Test
    void saysWhatWasSentWithoutAcks() throws Exception {
        needs("INT");
        try (PlainServer server = PlainServer.tcp();
                Jar client = client(server.endpoint().toString())) {
            client.typesSome("1\n2\n");
            try (var peer = server.accept()) {
                assertThat(peer.read(ByteBuffer.allocate(4))).isPositive();
                signal("INT", client);
                assertThat(client.ends()).isEqualTo(130);
                assertThat(client.err()).isEqualTo("sent=2\n");
            }
        }
    }
}
