package cc.accu.server.sink;

import static cc.accu.server.internal.kafka.SecureBroker.PASSWORD;
import static cc.accu.server.internal.kafka.SecureBroker.login;
import static cc.accu.server.sink.SinkContract.flushed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import cc.accu.server.internal.kafka.SecureBroker;
import cc.accu.server.internal.kafka.SecureBroker.Listener;
import cc.accu.testing.ErrorOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** With a real broker that asks who is there. */
@Timeout(60)
class KafkaSecurityTest {
    private static final String WRONG = "not-the-password";
    private static final String MINE = "mine";

    @TempDir
    private static Path directory;

    private static SecureBroker broker;
    private static ErrorOutput log;

    @BeforeAll
    static void startTheBroker() throws Exception {
        broker = new SecureBroker(directory);
        broker.topic(MINE, SecureBroker.USER, AclOperation.WRITE);
        broker.allow(MINE, SecureBroker.CERTIFICATE, AclOperation.WRITE);
        log = ErrorOutput.captured();
    }

    /** Whatever a test did. */
    @AfterAll
    static void nothingInTheLogWasSecret() {
        broker.close();
        log.close();
        assertThat(log.text()).doesNotContain(PASSWORD, WRONG);
    }

    private static KafkaSettings speaking(String protocol, Map<String, String> properties) {
        return KafkaSettings.DEFAULT.with("security.protocol", protocol).with(properties);
    }

    private static Sink open(Listener listener, String topic, KafkaSettings settings) {
        return Sinks.parse("kafka://" + broker.server(listener) + "/" + topic).open(settings);
    }

    static Stream<Arguments> waysIn() {
        return Stream.of(
                Arguments.of(Listener.SASL, speaking("SASL_PLAINTEXT", login("SCRAM-SHA-512", PASSWORD))),
                Arguments.of(Listener.SASL, speaking("SASL_PLAINTEXT", login("PLAIN", PASSWORD))),
                Arguments.of(Listener.TLS, speaking("SSL", broker.withCertificate())),
                Arguments.of(
                        Listener.SASL_TLS,
                        speaking("SASL_SSL", login("SCRAM-SHA-512", PASSWORD)).with(broker.trustingTheBroker())));
    }

    @ParameterizedTest
    @MethodSource("waysIn")
    void handsLinesOverToABrokerThatKnowsWhoWeAre(Listener listener, KafkaSettings settings) throws Exception {
        assertThat(settings.toString()).doesNotContain(PASSWORD);
        try (Sink sink = open(listener, MINE, settings)) {
            flushed(sink, Batches.of("one\n")).get(30, TimeUnit.SECONDS);
        }
    }

    static Stream<Arguments> waysThatAreShut() {
        Map<String, String> user = login("PLAIN", PASSWORD);
        return Stream.of(
                Arguments.of(
                        Listener.SASL,
                        speaking("SASL_PLAINTEXT", login("SCRAM-SHA-512", WRONG)),
                        List.of("do not accept the user or password", "sasl.jaas.config in --kafka-config")),
                Arguments.of(
                        Listener.SASL_TLS,
                        speaking("SASL_SSL", login("PLAIN", WRONG)).with(broker.trustingTheBroker()),
                        List.of("do not accept the user or password", "sasl.jaas.config in --kafka-config")),
                Arguments.of(
                        Listener.SASL,
                        speaking("SASL_PLAINTEXT", user).with("sasl.mechanism", "SCRAM-SHA-256"),
                        List.of("sasl.mechanism")),
                Arguments.of(
                        Listener.OPEN,
                        speaking("SASL_PLAINTEXT", user),
                        List.of("do not let us in", "see security.protocol and sasl.mechanism")),
                Arguments.of(
                        Listener.SASL,
                        speaking("SASL_PLAINTEXT", Map.of("sasl.mechanism", "PLAIN")),
                        List.of("no Kafka client with these properties", "sasl.jaas.config")),
                Arguments.of(
                        Listener.SASL_TLS,
                        speaking("SASL_SSL", user),
                        List.of("nobody that is trusted here vouches for the broker", "ssl.truststore.location")),
                Arguments.of(
                        Listener.TLS,
                        speaking("SSL", broker.trustingTheBroker()),
                        List.of("the broker wants a certificate of ours", "ssl.keystore.location")),
                Arguments.of(
                        Listener.TLS,
                        speaking("SSL", broker.withCertificate()).with("ssl.truststore.location", "/nowhere.p12"),
                        List.of("there is no file /nowhere.p12", "the ssl. properties")),
                Arguments.of(
                        Listener.TLS,
                        speaking("SSL", broker.withCertificate()).with("ssl.truststore.password", WRONG),
                        List.of("no Kafka client with these properties", "the ssl. properties and their passwords")));
    }

    @ParameterizedTest
    @MethodSource("waysThatAreShut")
    void saysAtTheStartWhyItIsNotLetInAndWhatToDo(Listener listener, KafkaSettings settings, List<String> words) {
        assertThat(refusal(listener, MINE, settings)).contains(words);
    }

    /** Who speaks another protocol gets no answer at all. */
    @Test
    void saysAtTheStartWhichProtocolGetsNoAnswer() {
        CompletableFuture<String> plain =
                CompletableFuture.supplyAsync(() -> refusal(Listener.TLS, MINE, KafkaSettings.DEFAULT));
        assertThat(refusal(Listener.OPEN, MINE, speaking("SSL", broker.withCertificate())))
                .contains("no answer that a Kafka broker would to SSL", "what do they want: PLAINTEXT");
        assertThat(plain.join()).contains("no answer that a Kafka broker would to PLAINTEXT", "SASL_SSL?");
    }

    /** What is said in less than ten seconds, and has no secret in it. */
    private static String refusal(Listener listener, String topic, KafkaSettings settings) {
        long before = System.nanoTime();
        SinkException refusal = catchThrowableOfType(
                SinkException.class, () -> open(listener, topic, settings).close());
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).doesNotContain(PASSWORD, WRONG);
        return String.valueOf(refusal.getMessage());
    }

    @Test
    void saysAtTheStartWhatItIsNotAllowed() throws Exception {
        KafkaSettings user = speaking("SASL_PLAINTEXT", login("SCRAM-SHA-512", PASSWORD));
        String allowIt = "allow it: kafka-acls --add --allow-principal User:NAME --producer --topic ";
        broker.topic("to-read", SecureBroker.USER, AclOperation.READ);
        assertThat(refusal(Listener.SASL, "to-read", user))
                .contains("this user may not write to the topic to-read; " + allowIt + "to-read");
        broker.topic("of-others", SecureBroker.USER);
        assertThat(refusal(Listener.SASL, "of-others", user))
                .contains("this user may not write to the topic of-others, or there is none", allowIt + "of-others");
        assertThat(refusal(Listener.SASL, "to-make?create=true", user))
                .contains("this user may not write to the topic to-make, or there is none", allowIt + "to-make");
    }

    @Test
    void holdsSendersWhileItsRightIsTakenAway() throws Exception {
        String topic = "for-a-while";
        broker.topic(topic, SecureBroker.USER, AclOperation.WRITE);
        try (Sink sink = open(Listener.SASL, topic, speaking("SASL_PLAINTEXT", login("SCRAM-SHA-512", PASSWORD)))) {
            flushed(sink, Batches.of("one\n")).get(30, TimeUnit.SECONDS);
            broker.forbid(topic, SecureBroker.USER, AclOperation.WRITE);
            CompletableFuture<Void> more = flushed(sink, Batches.of("two\nthree\n"));
            await().until(() -> sink.held().isPresent());
            assertThat(sink.held()).contains("not-allowed");
            assertThat(log.text())
                    .contains("allow it: kafka-acls --add --allow-principal User:NAME --producer --topic " + topic)
                    .contains("nothing is sent until that is over");
            broker.allow(topic, SecureBroker.USER, AclOperation.WRITE);
            more.get(30, TimeUnit.SECONDS);
            assertThat(sink.held()).isEmpty();
        }
        assertThat(broker.read(topic)).containsExactly("one", "two", "three");
    }

    @Test
    void handsThePropertiesOfOAuthToTheClient() {
        String secret = WRONG + "-of-oauth";
        assertThat(refusal(
                        Listener.SASL,
                        MINE,
                        speaking(
                                "SASL_PLAINTEXT",
                                Map.of(
                                        "sasl.mechanism",
                                        "OAUTHBEARER",
                                        "sasl.login.callback.handler.class",
                                        "org.apache.kafka.common.security.oauthbearer"
                                                + ".OAuthBearerLoginCallbackHandler",
                                        "sasl.oauthbearer.token.endpoint.url",
                                        "http://127.0.0.1:1/token",
                                        "sasl.oauthbearer.client.credentials.client.id",
                                        "accu",
                                        "sasl.oauthbearer.client.credentials.client.secret",
                                        secret,
                                        "sasl.jaas.config",
                                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
                                                + " required;"))))
                .contains("http://127.0.0.1:1/token", "org.apache.kafka.sasl.oauthbearer.allowed.urls");
    }
}
