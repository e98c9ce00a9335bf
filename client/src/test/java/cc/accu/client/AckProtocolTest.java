package cc.accu.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.transport.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that do not speak accu/1, or say what they cannot mean, or take no long lines. */
@Timeout(60)
class AckProtocolTest {
    private static LineClient.Builder builder() {
        return LineClient.builder().acknowledged().retryTimeout(Duration.ofSeconds(20));
    }

    @Test
    void refusesAServerThatAnswersInAnotherLanguage() throws Exception {
        try (AckServer server = AckServer.tcp(talk ->
                talk.hears().says("220 mail\u0007.example.org ESMTP\r\n").waitsForTheEnd())) {
            assertThatThrownBy(() -> builder().connect(server.endpoint()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("cannot connect to " + server.endpoint() + ": it does not speak accu/1:"
                            + " it answered '220 mail?.example.org ESMTP'; send without acks");
            assertThat(server.count()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"err 1 bad-hello\n", "ack 1\n", "accu/1\n", "accu/2 ok durable=fsync max-line=1\n"})
    void takesOnlyAWelcomeForOne(String answer) throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.hears().says(answer).waitsForTheEnd())) {
            assertThatThrownBy(() -> builder().connect(server.endpoint()))
                    .hasMessageContaining("does not speak accu/1: it answered '" + answer.strip() + "'");
        }
    }

    @Test
    void showsWhatIsNotToBeSeen() throws Exception {
        try (AckServer server = AckServer.tcp(
                talk -> talk.hears().says(AckServer.WELCOME.strip() + "\r\n").waitsForTheEnd())) {
            assertThatThrownBy(() -> builder().connect(server.endpoint()))
                    .hasMessageContaining("it answered 'accu/1 ok durable=fsync max-line=1000', ended by CR LF, and"
                            + " accu/1 has LF alone; send without acks");
        }
    }

    @Test
    void countsWhatItDidNotTakeAnyMore() throws Exception {
        try (AckServer server =
                AckServer.tcp(talk -> talk.greets().says("ack 999\n").waitsForTheEnd())) {
            LineClient client = builder().connect(server.endpoint());
            ByteBuffer two = ByteBuffer.wrap("a\nb\n".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> client.sendLines(two).get(10, SECONDS))
                    .hasMessageContaining("protocol error: " + server.endpoint() + " said 'ack 999'")
                    .hasMessageContaining("0 of 2 messages were acknowledged");
        }
    }

    @Test
    void refusesAnAnswerWithoutEnd() throws Exception {
        try (AckServer server =
                AckServer.tcp(talk -> talk.hears().says("x".repeat(100_000)).waitsForTheEnd())) {
            assertThatThrownBy(() -> builder().connect(server.endpoint()))
                    .hasMessageContaining("it answered 'xxx")
                    .hasMessageContaining("xxx…'; send without acks");
        }
    }

    /** Each hello is a message to it. */
    @Test
    void saysHelloOnceToAServerThatNeverAnswers() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.hears().waitsForTheEnd())) {
            assertThatThrownBy(() ->
                            builder().connectTimeout(Duration.ofMillis(300)).connect(server.endpoint()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("cannot connect to " + server.endpoint()
                            + ": it does not speak accu/1: it answered nothing within 300ms; send without acks");
            assertThat(server.count()).isEqualTo(1);
        }
    }

    @Test
    void goesOnToTheNextEndpointWhenTheFirstNeverAnswers() throws Exception {
        try (AckServer silent = AckServer.tcp(talk -> talk.hears().waitsForTheEnd());
                AckServer server = AckServer.tcp(talk -> talk.greets().acksAll());
                LineClient client = builder()
                        .connectTimeout(Duration.ofMillis(300))
                        .connect(silent.endpoint(), server.endpoint())) {
            client.send("accu.cc").get(10, SECONDS);
            assertThat(server.lines(0)).containsExactly("accu.cc");
        }
    }

    @Test
    void triesAServerAgainThatOnceAnsweredAndNowHangs() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
                    talk.hears();
                    if (talk.number == 1) {
                        talk.waitsForTheEnd();
                        return;
                    }
                    talk.says(AckServer.WELCOME).takes();
                    if (talk.number == 2) {
                        talk.acks().acksAll();
                    }
                });
                LineClient client =
                        builder().connectTimeout(Duration.ofMillis(300)).connect(server.endpoint())) {
            client.send("accu.cc").get(10, SECONDS);
            assertThat(server.lines(2)).containsExactly("accu.cc");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ack 4",
                "ack 2\nack 1",
                "ack 01",
                "ack",
                "hello",
                "accu/1 ok durable=fsync max-line=1000",
                "err 2 too-long",
                "err 4 too-long",
                "err 1 bad-hello"
            })
    void believesNothingFromAServerThatMakesNoSense(String answer) throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets().takes(3);
            talk.says(answer + "\n").waitsForTheEnd();
        })) {
            LineClient client = builder().connect(server.endpoint());
            client.send("one");
            client.send("two");
            CompletableFuture<Void> three = client.send("three");
            String said = answer.substring(answer.indexOf('\n') + 1);
            assertThatThrownBy(() -> three.get(10, SECONDS))
                    .hasCauseInstanceOf(DeliveryException.class)
                    .hasMessageContaining("protocol error: " + server.endpoint() + " said '" + said + "'");
            assertThatThrownBy(client::close).isInstanceOf(DeliveryException.class);
            assertThat(server.count()).isEqualTo(1);
        }
    }

    @Test
    void refusesALineThatTheServerWillNotTakeBeforeSendingIt() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> talk.greets().acksAll())) {
            LineClient client = builder().connect(server.endpoint());
            CompletableFuture<Void> most = client.send("x".repeat(1000));
            assertThatThrownBy(() -> client.send("x".repeat(1001)).get())
                    .cause()
                    .isInstanceOf(LineTooLongException.class)
                    .hasMessage("a message of 1001 bytes is longer than the server takes, which is 1000 bytes"
                            + " (message 2 of this client)");
            String block = "a\n" + "y".repeat(1000) + "\r\n" + "z".repeat(1001) + "\nb\n";
            CompletableFuture<Void> others = client.sendLines(ByteBuffer.wrap(block.getBytes(StandardCharsets.UTF_8)));
            assertThatThrownBy(() -> others.get(10, SECONDS)).hasCauseInstanceOf(LineTooLongException.class);
            most.get(10, SECONDS);
            client.close();
            assertThat(client.messagesAcknowledged()).isEqualTo(4);
            assertThat(client.messagesSent()).isEqualTo(6);
            assertThat(server.lines(0)).containsExactly("x".repeat(1000), "a", "y".repeat(1000) + "\r", "b");
        }
    }

    @Test
    void failsOnlyTheLineThatTheServerRefuses() throws Exception {
        try (AckServer server = AckServer.tcp(talk -> {
            talk.greets();
            while (talk.takes()) {
                String line = talk.last();
                if (line.length() > 100) {
                    talk.says("err " + talk.taken() + " too-long the most is 100\n")
                            .waitsForTheEnd();
                    return;
                }
                talk.acks();
            }
        })) {
            LineClient client = builder().connect(server.endpoint());
            CompletableFuture<Void> before = client.send("before");
            CompletableFuture<Void> tooLong = client.send("x".repeat(101));
            CompletableFuture<Void> between = client.send("between");
            CompletableFuture<Void> block = client.sendLines(
                    ByteBuffer.wrap(("a\n" + "y".repeat(200) + "\n" + "b\n").getBytes(StandardCharsets.UTF_8)));
            CompletableFuture<Void> after = client.send("after");
            before.get(10, SECONDS);
            assertThatThrownBy(() -> tooLong.get(10, SECONDS))
                    .hasCauseInstanceOf(LineTooLongException.class)
                    .hasMessageContaining("a message of 101 bytes");
            between.get(10, SECONDS);
            assertThatThrownBy(() -> block.get(10, SECONDS)).hasMessageContaining("a message of 200 bytes");
            after.get(10, SECONDS);
            assertThat(client.messagesAcknowledged()).isEqualTo(5);
            client.close();
            assertThat(client.messagesSent()).isEqualTo(7);
            assertThat(server.lines(2)).containsExactly("b", "after");
        }
    }
}
